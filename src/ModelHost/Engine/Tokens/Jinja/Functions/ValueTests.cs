using System.Collections.Frozen;
using System.Numerics;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>A test: what stands after "is".</summary>
internal delegate bool ValueTest(Run run, object? value, Arguments arguments);

/// <summary>The tests by name.</summary>
internal static class ValueTests
{
    private static readonly FrozenDictionary<string, ValueTest> All = new Dictionary<string, ValueTest>(StringComparer.Ordinal)
    {
        ["defined"] = (_, value, _) => value is not Undefined,
        ["undefined"] = (_, value, _) => value is Undefined,
        ["none"] = (_, value, _) => value is null,
        ["boolean"] = (_, value, _) => value is bool,
        ["true"] = (_, value, _) => value is true,
        ["false"] = (_, value, _) => value is false,
        ["integer"] = (_, value, _) => value is long or BigInteger,
        ["float"] = (_, value, _) => value is double,
        ["number"] = (_, value, _) => PythonNumber.IsNumber(value),
        ["string"] = (_, value, _) => value is string,
        ["mapping"] = (_, value, _) => value is Mapping,
        ["sequence"] = (_, value, _) => value is string or Mapping or Undefined or Sequence { HasPlaces: true },
        ["iterable"] = (_, value, _) => value is string or Mapping or Undefined or Sequence or LoopState,
        ["callable"] = (_, value, _) => value is Callable,
        ["lower"] = (run, value, _) => IsCased(run.Text(value), char.IsUpper),
        ["upper"] = (run, value, _) => IsCased(run.Text(value), char.IsLower),
        ["odd"] = (_, value, _) => Remainder(value, 2) != 0,
        ["even"] = (_, value, _) => Remainder(value, 2) == 0,
        ["divisibleby"] = (_, value, arguments) => Remainder(value, arguments.Bind("divisibleby", "num").Whole(0, 0)) == 0,
        ["in"] = (run, value, arguments) => Operators.Contains(run, Other(arguments), value),
        ["sameas"] = (_, value, arguments) => IsSame(value, Other(arguments)),
        ["filter"] = (_, value, _) => value is string name && Filters.IsKnown(name),
        ["test"] = (_, value, _) => value is string name && IsKnown(name),
        ["eq"] = Comparing("=="), ["equalto"] = Comparing("=="), ["=="] = Comparing("=="),
        ["ne"] = Comparing("!="), ["!="] = Comparing("!="),
        ["lt"] = Comparing("<"), ["lessthan"] = Comparing("<"), ["<"] = Comparing("<"),
        ["le"] = Comparing("<="), ["<="] = Comparing("<="),
        ["gt"] = Comparing(">"), ["greaterthan"] = Comparing(">"), [">"] = Comparing(">"),
        ["ge"] = Comparing(">="), [">="] = Comparing(">="),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal static bool IsKnown(string name) => All.ContainsKey(name);

    /// <exception cref="TemplateException">There is no such test.</exception>
    internal static ValueTest Find(string name) => All.TryGetValue(name, out var test) ? test : throw TemplateException.Evaluation($"The test '{name}' is not known.");

    private static ValueTest Comparing(string symbol) => (run, value, arguments) => Operators.Holds(run, symbol, value, Other(arguments));

    private static object? Other(Arguments arguments) => arguments.Bind("is", "other").Required(0);

    private static bool IsCased(string text, Func<char, bool> isOtherCase) => text.Any(char.IsLetter) && !text.Any(isOtherCase);

    private static long Remainder(object? value, long divisor) =>
        PythonNumber.AsLong(value) is not { } number ? throw (value as Undefined)?.Fault() ?? TemplateException.Evaluation($"A whole number is wanted, not {PythonValue.TypeName(value)}.")
        : divisor is 0 or -1 ? (divisor == 0 ? throw TemplateException.Evaluation("Division by zero.") : 0)
        : number % divisor;

    private static bool IsSame(object? left, object? right) => ReferenceEquals(left, right) || (left is bool or long or string && left.Equals(right));
}
