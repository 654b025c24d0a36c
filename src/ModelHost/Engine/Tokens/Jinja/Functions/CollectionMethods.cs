using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>The methods of lists and mappings. Those that change them are refused, as the reference's sandbox does.</summary>
internal static class CollectionMethods
{
    private static readonly string[] Changing = ["append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort", "update"];

    /// <summary>The method of a mapping, or null.</summary>
    internal static object? Find(Mapping mapping, string name) => name switch
    {
        "get" => new Callable(name, (_, arguments) => arguments.Bind("get", "key", "default") is var given && mapping.TryGet(given.Required(0), out var value) ? value : given.Value(1)),
        "items" => new Callable(name, (run, _) => View(run, SequenceFilters.Pairs(mapping.Entries))),
        "keys" => new Callable(name, (run, _) => View(run, [.. mapping.Keys])),
        "values" => new Callable(name, (run, _) => View(run, [.. mapping.Entries.Select(entry => entry.Value)])),
        "copy" => new Callable(name, (_, _) => mapping),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => Forbidden(name),
        _ => null,
    };

    /// <summary>The method of a list or tuple, or null.</summary>
    internal static object? Find(Sequence sequence, string name) => name switch
    {
        "index" => new Callable(name, (run, arguments) => Index(run, sequence, arguments.Bind("index", "value").Required(0))),
        "count" => new Callable(name, (run, arguments) => arguments.Bind("count", "value").Required(0) is var value ? (long)run.Items(sequence).Count(item => run.AreEqual(item, value)) : 0),
        "copy" => new Callable(name, (_, _) => sequence),
        _ => Changing.Contains(name) && sequence.Kind == SequenceKind.List ? Forbidden(name) : null,
    };

    private static Sequence View(Run run, IReadOnlyList<object?> items)
    {
        run.Budget.Step(items.Count);
        return new Sequence(items, SequenceKind.View);
    }

    private static long Index(Run run, Sequence sequence, object? value)
    {
        for (var i = 0; i < sequence.Items.Count; i++)
        {
            if (run.AreEqual(sequence.Items[i], value)) { return i; }
        }
        throw TemplateException.Evaluation("The list does not hold the value.");
    }

    private static Undefined Forbidden(string name) => new($"'{name}' would change a value that is not the template's.", isForbidden: true);
}
