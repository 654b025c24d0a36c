using Platform.ModelHost.Engine.Tokens.Jinja.Functions;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Values;

/// <summary>Members, items and slices of values.</summary>
internal static class Access
{
    /// <summary>value.name: a method or member first, then an item.</summary>
    internal static object? Member(object? value, string name) =>
        MemberOrNull(value, name) is { } member ? member.Value
        : value is Mapping mapping && mapping.TryGet(name, out var item) ? item
        : Nothing(value, name);

    /// <summary>value[key]: an item first, then a method or member.</summary>
    internal static object? Item(object? value, object? key)
    {
        switch (value)
        {
            case Undefined missing: throw missing.Fault();
            case Mapping mapping when key is not (Sequence or Mapping or Undefined) && mapping.TryGet(key, out var item): return item;
            case Sequence { HasPlaces: true } sequence when PythonNumber.AsLong(key) is { } place: return At(sequence.Items, place);
            case string text when PythonNumber.AsLong(key) is { } place:
                return (object?)PythonText.At(text, place) ?? NoItem(place, PythonText.Length(text));
        }
        return key is string name ? MemberOrNull(value, name) is { } member ? member.Value : Nothing(value, name) : new Undefined($"{PythonValue.TypeName(value)} has no such item.");
    }

    /// <summary>value[start:stop:step].</summary>
    internal static object? Slice(Budget budget, object? value, object? start, object? stop, object? step)
    {
        if (value is Undefined missing) { throw missing.Fault(); }
        var stride = Bound(step) ?? 1;
        if (stride == 0) { throw TemplateException.Evaluation("The step of a slice is zero."); }
        switch (value)
        {
            case string text:
                budget.Text(text.Length);
                return string.Concat(Pick(PythonText.Characters(text), Bound(start), Bound(stop), stride));
            case Sequence { HasPlaces: true } sequence:
                budget.Step(sequence.Items.Count);
                return new Sequence([.. Pick(sequence.Items, Bound(start), Bound(stop), stride)], sequence.Kind);
            default:
                return new Undefined($"{PythonValue.TypeName(value)} cannot be sliced.");
        }
    }

    /// <summary>The value at a path of members, as in map(attribute='a.b.0').</summary>
    /// <param name="fallback">Stands for each part that is not there; None for nothing.</param>
    internal static object? Path(object? value, object? path, object? fallback = null)
    {
        if (path is not string text) { return Item(value, path) is var item && item is Undefined && fallback is not null ? fallback : item; }
        foreach (var part in text.Split('.'))
        {
            value = Item(value, part.Length > 0 && part.All(char.IsAsciiDigit) ? PythonNumber.Whole(part) : part);
            if (value is Undefined && fallback is not null) { value = fallback; }
        }
        return value;
    }

    private static IEnumerable<T> Pick<T>(IReadOnlyList<T> items, long? start, long? stop, long step)
    {
        var count = items.Count;
        long Place(long? given, long fallback) => given is not { } place ? fallback : place < 0 ? Math.Max(place + count, step < 0 ? -1 : 0) : Math.Min(place, step < 0 ? count - 1 : count);
        var first = Place(start, step < 0 ? count - 1 : 0);
        var last = Place(stop, step < 0 ? -1 : count);
        for (var at = first; step < 0 ? at > last : at < last; at += step)
        {
            yield return items[(int)at];
            if (step > count || step < -count) { yield break; }
        }
    }

    private static long? Bound(object? value) => value switch
    {
        null => null,
        Undefined missing => throw missing.Fault(),
        _ => PythonNumber.AsLong(value) ?? throw TemplateException.Evaluation($"A slice wants whole numbers, not {PythonValue.TypeName(value)}."),
    };

    private static Found? MemberOrNull(object? value, string name) => value switch
    {
        Undefined missing => throw missing.Fault(),
        Namespace space => space.Members.TryGetValue(name, out var member) ? new Found(member) : null,
        LoopState loop => loop.Member(name),
        string text => Of(TextMethods.Find(text, name)),
        Sequence { HasPlaces: true } sequence => Of(CollectionMethods.Find(sequence, name)),
        Mapping mapping => Of(CollectionMethods.Find(mapping, name)),
        _ => null,
    };

    private static Found? Of(object? member) => member is null ? null : new Found(member);

    private static object? At(IReadOnlyList<object?> items, long place)
    {
        var index = place < 0 ? place + items.Count : place;
        return index >= 0 && index < items.Count ? items[(int)index] : NoItem(place, items.Count);
    }

    private static Undefined NoItem(long place, int count) => new($"There is no item {place}; there are {count}.");

    private static Undefined Nothing(object? value, string name) => new($"{char.ToUpperInvariant(PythonValue.TypeName(value)[0])}{PythonValue.TypeName(value)[1..]} has no '{name}'.");
}

/// <summary>A value that was found; it may be None.</summary>
internal readonly record struct Found(object? Value);
