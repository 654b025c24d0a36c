namespace Platform.ModelHost.Engine.Tokens.Jinja.Values;

/// <summary>The arguments of a call.</summary>
internal sealed class Arguments(IReadOnlyList<object?> byPlace, IReadOnlyDictionary<string, object?> byName)
{
    private static readonly Dictionary<string, object?> NoNames = [];

    internal static Arguments None { get; } = new([], NoNames);

    internal IReadOnlyList<object?> ByPlace { get; } = byPlace;

    internal IReadOnlyDictionary<string, object?> ByName { get; } = byName;

    internal static Arguments Of(params object?[] values) => new(values, NoNames);

    /// <summary>The values of named parameters in their order; <see cref="Missing"/> where one is not given.</summary>
    /// <exception cref="TemplateException">There are more, or others.</exception>
    internal Bound Bind(string callee, params ReadOnlySpan<string> parameters)
    {
        var values = new object?[parameters.Length];
        if (ByPlace.Count > parameters.Length) { throw TemplateException.Evaluation($"'{callee}' takes at most {parameters.Length} arguments; it is given {ByPlace.Count}."); }
        for (var i = 0; i < parameters.Length; i++)
        {
            values[i] = i < ByPlace.Count ? ByPlace[i] : ByName.TryGetValue(parameters[i], out var value) ? value : Missing;
        }
        foreach (var name in ByName.Keys)
        {
            if (!parameters.Contains(name)) { throw TemplateException.Evaluation($"'{callee}' has no argument '{name}'."); }
        }
        return new Bound(callee, values);
    }

    /// <summary>All but the first value.</summary>
    internal Arguments Rest() => new([.. ByPlace.Skip(1)], ByName);

    private static readonly object Missing = new();

    /// <summary>Arguments beside their parameters.</summary>
    internal readonly struct Bound(string callee, object?[] values)
    {
        internal bool Has(int place) => !ReferenceEquals(values[place], Missing);

        /// <summary>The value, or what stands for it when it is not given.</summary>
        internal object? Value(int place, object? fallback = null) => Has(place) ? values[place] : fallback;

        internal object? Required(int place) => Has(place) ? values[place] : throw TemplateException.Evaluation($"'{callee}' lacks an argument.");

        internal bool Flag(int place, bool fallback = false) => Has(place) ? PythonValue.IsTrue(values[place]) : fallback;

        internal string Text(int place) => Required(place) as string ?? throw Wrong(values[place], "a text");

        /// <summary>A text, or null where none or None is given.</summary>
        internal string? TextOrNone(int place) => Value(place) is null ? null : Text(place);

        internal long Whole(int place, long fallback) => !Has(place) ? fallback : PythonNumber.AsLong(values[place]) ?? throw Wrong(values[place], "a whole number");

        private TemplateException Wrong(object? value, string wanted) =>
            value is Undefined missing ? missing.Fault() : TemplateException.Evaluation($"'{callee}' wants {wanted}, not {PythonValue.TypeName(value)}.");
    }
}
