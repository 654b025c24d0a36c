namespace Platform.ModelHost.Engine.Tokens.Jinja.Values;

// A value of a template is null (None), bool, long, BigInteger, double, string, or one of these.

/// <summary>A name or member that is not there. Empty as text and as a list; asking anything of it is an error.</summary>
/// <param name="reason">A sentence that says what is not there.</param>
/// <param name="isForbidden">True where Python has the member and templates may not use it.</param>
internal sealed class Undefined(string reason, bool isForbidden = false)
{
    internal string Reason { get; } = reason;

    internal bool IsForbidden { get; } = isForbidden;

    internal TemplateException Fault() => TemplateException.Evaluation(Reason);
}

/// <summary>What can be done with a sequence: a list and a tuple by place, a view (of a mapping) only counted, a generator only read.</summary>
internal enum SequenceKind { List, Tuple, View, Generator }

/// <summary>A sequence; never changes after it is made.</summary>
internal sealed class Sequence(IReadOnlyList<object?> items, SequenceKind kind = SequenceKind.List)
{
    internal IReadOnlyList<object?> Items { get; } = items;

    internal SequenceKind Kind { get; } = kind;

    internal bool HasPlaces => Kind is SequenceKind.List or SequenceKind.Tuple;
}

/// <summary>A mapping that keeps the order in which keys came.</summary>
internal sealed class Mapping
{
    private readonly OrderedDictionary<object, object?> entries = new(KeyComparer.Instance);

    internal int Count => entries.Count;

    internal IEnumerable<object?> Keys => entries.Keys.Select(Key);

    internal IEnumerable<KeyValuePair<object?, object?>> Entries => entries.Select(entry => KeyValuePair.Create(Key(entry.Key), entry.Value));

    /// <summary>Only while the mapping is being made: sequences and mappings do not change afterwards.</summary>
    /// <exception cref="TemplateException">The key is a list or mapping.</exception>
    internal void Set(object? key, object? value) => entries[key switch
    {
        null => NoneKey,
        string or bool or long or double or System.Numerics.BigInteger => key,
        _ => throw TemplateException.Evaluation($"{PythonValue.TypeName(key)} cannot be the key of a mapping."),
    }] = value;

    internal bool TryGet(object? key, out object? value) => entries.TryGetValue(key ?? NoneKey, out value);

    private static readonly object NoneKey = new();

    private static object? Key(object key) => ReferenceEquals(key, NoneKey) ? null : key;

    private sealed class KeyComparer : IEqualityComparer<object>
    {
        internal static readonly KeyComparer Instance = new();

        public new bool Equals(object? left, object? right) =>
            left is string a ? right is string b && string.Equals(a, b, StringComparison.Ordinal)
            : PythonNumber.IsNumber(left) && PythonNumber.IsNumber(right) ? PythonNumber.Compare(left!, right!) == 0
            : ReferenceEquals(left, right);

        public int GetHashCode(object key) => key is string text ? string.GetHashCode(text, StringComparison.Ordinal)
            : PythonNumber.IsNumber(key) ? PythonNumber.AsDouble(key).GetHashCode()
            : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key);
    }
}

/// <summary>What namespace() makes: the only thing that a template may change.</summary>
internal sealed class Namespace
{
    internal Dictionary<string, object?> Members { get; } = new(StringComparer.Ordinal);
}

/// <summary>Something that can be called.</summary>
internal class Callable(string name, Func<Run, Arguments, object?> body)
{
    internal string Name { get; } = name;

    internal object? Call(Run run, Arguments arguments) => body(run, arguments);
}
