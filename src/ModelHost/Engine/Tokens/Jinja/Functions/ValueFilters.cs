using System.Globalization;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>Filters over numbers and over anything.</summary>
internal static class ValueFilters
{
    internal static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["default"] = Default,
        ["d"] = Default,
        ["int"] = ToWhole,
        ["float"] = (_, value, arguments) => AsNumber(value) ?? arguments.Bind("float", "default").Value(0, 0.0),
        ["abs"] = (run, value, _) => value is double number ? Math.Abs(number) : PythonNumber.AsLong(value) is < 0 ? Operators.Calculate(run.Budget, "-", 0L, value) : Operators.Calculate(run.Budget, "+", 0L, value),
        ["round"] = Round,
        ["attr"] = (_, value, arguments) => Access.Member(value, arguments.Bind("attr", "name").Text(0)),
    };

    private static object? Default(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("default", "default_value", "boolean");
        return value is Undefined || (given.Flag(1) && !PythonValue.IsTrue(value)) ? given.Value(0, "") : value;
    }

    private static object? ToWhole(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("int", "default", "base");
        if (value is double number && double.IsFinite(number) && Math.Abs(number) < long.MaxValue) { return (long)Math.Truncate(number); }
        if (value is string text)
        {
            return PythonNumber.Whole(Digits(text)) ?? (AsNumber(text) is { } real && double.IsFinite(real) && Math.Abs(real) < long.MaxValue ? (long)Math.Truncate(real) : given.Value(0, 0L));
        }
        return PythonNumber.IsWhole(value) ? value is bool b ? (b ? 1L : 0L) : value : given.Value(0, 0L);
    }

    private static object? Round(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("round", "precision", "method");
        if (!PythonNumber.IsNumber(value)) { throw (value as Undefined)?.Fault() ?? TemplateException.Evaluation($"'round' wants a number, not {PythonValue.TypeName(value)}."); }
        var places = (int)Math.Clamp(given.Whole(0, 0), 0, 15);
        var number = PythonNumber.AsDouble(value!);
        var factor = Math.Pow(10, places);
        var rounded = (given.Has(1) ? given.Text(1) : "common") switch
        {
            "ceil" => Math.Ceiling(number * factor) / factor,
            "floor" => Math.Floor(number * factor) / factor,
            _ => Math.Round(number, places, MidpointRounding.ToEven),
        };
        return value is double || given.Has(1) ? rounded : value;
    }

    private static double? AsNumber(object? value) =>
        PythonNumber.IsNumber(value) ? PythonNumber.AsDouble(value!)
        : value is string text && double.TryParse(Digits(text), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : null;

    private static string Digits(string text) => PythonText.TrimEnd(PythonText.TrimStart(text)).Replace("_", "", StringComparison.Ordinal);
}
