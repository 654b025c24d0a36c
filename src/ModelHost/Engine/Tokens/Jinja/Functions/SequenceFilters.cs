using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>Filters over lists and mappings.</summary>
internal static class SequenceFilters
{
    internal static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["length"] = (_, value, _) => Length(value),
        ["count"] = (_, value, _) => Length(value),
        ["first"] = (run, value, _) => run.Items(value) is { Count: > 0 } items ? items[0] : new Undefined("There is no first item: the list is empty."),
        ["last"] = (run, value, _) => run.Items(value) is { Count: > 0 } items ? items[^1] : new Undefined("There is no last item: the list is empty."),
        ["list"] = (run, value, _) => new Sequence(run.Items(value)),
        ["join"] = Join,
        ["reverse"] = (run, value, _) => value is string text ? string.Concat(PythonText.Characters(text).Reverse()) : new Sequence([.. run.Items(value).Reverse()], SequenceKind.Generator),
        ["items"] = (_, value, _) => value switch
        {
            Undefined { IsForbidden: false } => new Sequence([], SequenceKind.Generator),
            Mapping mapping => new Sequence(Pairs(mapping.Entries), SequenceKind.Generator),
            _ => throw TemplateException.Evaluation($"'items' wants a mapping, not {PythonValue.TypeName(value)}."),
        },
        ["dictsort"] = SortMapping,
        ["sort"] = Sort,
        ["unique"] = Unique,
        ["min"] = (run, value, arguments) => Extreme(run, value, arguments, "min", -1),
        ["max"] = (run, value, arguments) => Extreme(run, value, arguments, "max", 1),
        ["sum"] = Sum,
        ["batch"] = Batch,
    };

    internal static IReadOnlyList<object?> Pairs(IEnumerable<KeyValuePair<object?, object?>> entries) =>
        [.. entries.Select(entry => new Sequence([entry.Key, entry.Value], SequenceKind.Tuple))];

    /// <summary>The order of a stable sort; texts are compared without case unless asked otherwise.</summary>
    internal static List<object?> Sorted(Run run, IEnumerable<object?> items, Func<object?, object?> key, bool isCaseSensitive, bool reverse)
    {
        var comparer = Comparer<object?>.Create((a, b) => run.Compare(a, b));
        object? Key(object? item) => key(item) is var found && !isCaseSensitive && found is string text ? text.ToLowerInvariant() : found;
        try
        {
            return [.. reverse ? items.Reverse().OrderBy(Key, comparer).Reverse() : items.OrderBy(Key, comparer)];
        }
        catch (InvalidOperationException fault) when (fault.InnerException is TemplateException inner)
        {
            throw new TemplateException(inner.Fault, inner.Reason); // .NET wraps what a comparison throws
        }
    }

    private static long Length(object? value) => value switch
    {
        string text => PythonText.Length(text),
        Sequence { Kind: not SequenceKind.Generator } sequence => sequence.Items.Count,
        Mapping mapping => mapping.Count,
        Undefined { IsForbidden: false } => 0,
        _ => throw (value as Undefined)?.Fault() ?? TemplateException.Evaluation($"{PythonValue.TypeName(value)} has no length."),
    };

    private static string Join(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("join", "d", "attribute");
        var separator = run.Text(given.Value(0, ""));
        var texts = run.Items(value).Select(item => run.Text(given.Value(1) is { } path ? Access.Path(item, path) : item)).ToArray();
        run.Budget.Text(texts.Sum(text => (long)text.Length + separator.Length));
        return string.Join(separator, texts);
    }

    private static Sequence SortMapping(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("dictsort", "case_sensitive", "by", "reverse");
        if (value is not Mapping mapping) { throw (value as Undefined)?.Fault() ?? TemplateException.Evaluation($"'dictsort' wants a mapping, not {PythonValue.TypeName(value)}."); }
        var place = given.Has(1) && given.Text(1) == "value" ? 1 : 0;
        return new Sequence(Sorted(run, Pairs(mapping.Entries), pair => ((Sequence)pair!).Items[place], given.Flag(0), given.Flag(2)));
    }

    private static Sequence Sort(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("sort", "reverse", "case_sensitive", "attribute");
        var path = given.Value(2);
        return new Sequence(Sorted(run, run.Items(value), item => path is null ? item : Access.Path(item, path), given.Flag(1), given.Flag(0)));
    }

    private static Sequence Unique(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("unique", "case_sensitive", "attribute");
        var seen = new Mapping();
        var kept = new List<object?>();
        foreach (var item in run.Items(value))
        {
            var key = given.Value(1) is { } path ? Access.Path(item, path) : item;
            if (key is string text && !given.Flag(0)) { key = text.ToLowerInvariant(); }
            if (seen.TryGet(key, out _)) { continue; }
            seen.Set(key, true);
            kept.Add(item);
        }
        return new Sequence(kept, SequenceKind.Generator);
    }

    private static object? Extreme(Run run, object? value, Arguments arguments, string name, int sign)
    {
        var given = arguments.Bind(name, "case_sensitive", "attribute");
        var sorted = Sorted(run, run.Items(value), item => given.Value(1) is { } path ? Access.Path(item, path) : item, given.Flag(0), sign > 0);
        return sorted.Count > 0 ? sorted[0] : new Undefined("The list is empty.");
    }

    private static object? Sum(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("sum", "attribute", "start");
        return run.Items(value).Aggregate(given.Value(1, 0L), (sum, item) => Operators.Calculate(run.Budget, "+", sum, given.Value(0) is { } path ? Access.Path(item, path) : item));
    }

    private static Sequence Batch(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("batch", "linecount", "fill_with");
        var size = given.Whole(0, 0);
        if (size is < 1 or > int.MaxValue) { throw TemplateException.Evaluation($"'batch' wants a size of at least 1, not {size}."); }
        var batches = run.Items(value).Chunk((int)size).Select(batch => new List<object?>(batch)).ToList();
        if (given.Value(1) is { } fill && batches.Count > 0)
        {
            run.Budget.CheckLength(size);
            while (batches[^1].Count < size) { batches[^1].Add(fill); }
        }
        return new Sequence([.. batches.Select(batch => new Sequence(batch))], SequenceKind.Generator);
    }
}
