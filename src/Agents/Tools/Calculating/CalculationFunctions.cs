using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Calculating;

/// <summary>The functions and constants of the calculator.</summary>
internal static class CalculationFunctions
{
    /// <summary>Null when there is none of that name.</summary>
    public static CalculatedNumber? Constant(string name) => name switch
    {
        "pi" or "π" => CalculatedNumber.Of(3.1415926535897932384626433833m, isExact: false),
        "e" => CalculatedNumber.Of(2.7182818284590452353602874714m, isExact: false),
        _ => null,
    };

    public static CalculatedNumber Call(string name, IReadOnlyList<CalculatedNumber> values, int position) => name switch
    {
        "sqrt" or "√" => Root(One(values, name, position), position),
        "abs" => One(values, name, position).Apply(position, Math.Abs, Math.Abs),
        "floor" => One(values, name, position).Apply(position, Math.Floor, Math.Floor),
        "ceil" or "ceiling" => One(values, name, position).Apply(position, Math.Ceiling, Math.Ceiling),
        "round" => Round(values, position),
        "min" => values.Aggregate((a, b) => a.CompareTo(b) <= 0 ? a : b),
        "max" => values.Aggregate((a, b) => a.CompareTo(b) >= 0 ? a : b),
        "sum" => Sum(values, position),
        "avg" or "average" or "mean" => Arithmetic.Divide(Sum(values, position), CalculatedNumber.Of(values.Count), position),
        "ln" => One(values, name, position).Apply(position, null, Math.Log),
        "log" or "log10" => One(values, name, position).Apply(position, null, Math.Log10),
        "exp" => One(values, name, position).Apply(position, null, Math.Exp),
        "sin" => One(values, name, position).Apply(position, null, Math.Sin),
        "cos" => One(values, name, position).Apply(position, null, Math.Cos),
        "tan" => One(values, name, position).Apply(position, null, Math.Tan),
        "pow" when values.Count == 2 => Arithmetic.Power(values[0], values[1], position, 10_000),
        _ => throw new CalculationException(texts => texts.NoFunction(ShortText.Of(name, 20), values.Count), position),
    };

    private static CalculatedNumber One(IReadOnlyList<CalculatedNumber> values, string name, int position) =>
        values.Count == 1 ? values[0] : throw new CalculationException(texts => texts.OneValue(name, values.Count), position);

    private static CalculatedNumber Sum(IReadOnlyList<CalculatedNumber> values, int position) => values.Aggregate((a, b) => Arithmetic.Add(a, b, position));

    /// <summary>Half away from zero, as people round money.</summary>
    private static CalculatedNumber Round(IReadOnlyList<CalculatedNumber> values, int position)
    {
        if (values.Count > 2)
            throw new CalculationException(texts => texts.RoundValues(values.Count), position);
        if ((values.Count == 2 ? values[1].Whole() : 0) is not { } places || places is < 0 or > 15)
            throw new CalculationException(texts => texts.RoundPlaces, position);
        return values[0].Rounded(places, position);
    }

    private static CalculatedNumber Root(CalculatedNumber value, int position)
    {
        var root = value.Apply(position, null, Math.Sqrt);
        // The root of a square is exact.
        var shortened = root.Rounded(12, position);
        return value.IsExact && shortened.IsExact && Arithmetic.Multiply(shortened, shortened, position).CompareTo(value) == 0 ? shortened : root;
    }
}
