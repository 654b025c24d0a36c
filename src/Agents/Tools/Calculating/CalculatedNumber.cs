using System.Globalization;

namespace Platform.Agents.Tools.Calculating;

/// <summary>A number with 28 digits, or with about 16 where those do not reach. IsExact: no digit was lost on the way.</summary>
internal readonly record struct CalculatedNumber
{
    private readonly decimal? exact;
    private readonly double rough;

    private CalculatedNumber(decimal? exact, double rough, bool isExact) => (this.exact, this.rough, IsExact) = (exact, rough, isExact);

    public bool IsExact { get; }

    public bool IsZero => exact is { } value ? value == 0 : rough == 0;

    private double Rough => exact is { } value ? (double)value : rough;

    public static CalculatedNumber Of(decimal value, bool isExact = true) => new(value, 0, isExact);

    /// <summary>Throws when it is no finite number.</summary>
    public static CalculatedNumber Of(double value, int? position)
    {
        if (double.IsNaN(value))
            throw new CalculationException(texts => texts.NoRealValue, position);
        if (double.IsInfinity(value))
            throw new CalculationException(texts => texts.ResultTooLarge, position);
        // Back among decimals where it fits, so that 0.1 stays 0.1 afterwards.
        return Math.Abs(value) is < 1e15 and (> 1e-9 or 0) ? new((decimal)value, 0, false) : new(null, value, false);
    }

    public static CalculatedNumber Negate(CalculatedNumber value) => value.exact is { } number ? new(-number, 0, value.IsExact) : new(null, -value.rough, false);

    /// <summary>Exact among decimals; what overflows them goes on among doubles.</summary>
    public static CalculatedNumber Combine(CalculatedNumber left, CalculatedNumber right, int position, Func<decimal, decimal, decimal> exactly, Func<double, double, double> roughly, Func<decimal, decimal, decimal, bool> loses)
    {
        if (left.exact is { } a && right.exact is { } b)
        {
            try
            {
                var result = exactly(a, b);
                return new(result, 0, left.IsExact && right.IsExact && !loses(a, b, result));
            }
            catch (OverflowException)
            {
                return Of(roughly(left.Rough, right.Rough), position);
            }
        }
        return Of(roughly(left.Rough, right.Rough), position);
    }

    /// <summary>Among decimals when the function of decimals is known and the number is one.</summary>
    public CalculatedNumber Apply(int position, Func<decimal, decimal>? exactly, Func<double, double> roughly) =>
        exact is { } value && exactly is not null ? new(exactly(value), 0, IsExact) : Of(roughly(Rough), position);

    /// <summary>Half away from zero. A rounded number is what it says: exact.</summary>
    public CalculatedNumber Rounded(int places, int position) => exact is { } value
        ? new(Math.Round(value, places, MidpointRounding.AwayFromZero), 0, true)
        : Of(Math.Abs(rough) < 1 ? 0 : rough, position);

    public int CompareTo(CalculatedNumber other) => exact is { } a && other.exact is { } b ? a.CompareTo(b) : Rough.CompareTo(other.Rough);

    /// <summary>The number when it is a whole one that fits.</summary>
    public int? Whole() => exact is { } value && decimal.IsInteger(value) && Math.Abs(value) <= int.MaxValue ? (int)value : null;

    /// <summary>The shortest digits, without grouping.</summary>
    public override string ToString() => exact is { } value
        ? (IsExact ? value : Math.Round(value, Math.Clamp(15 - Digits(value), 0, 15))).ToString("0.############################", CultureInfo.InvariantCulture)
        : rough.ToString("R", CultureInfo.InvariantCulture);

    private static int Digits(decimal value) => decimal.Truncate(Math.Abs(value)).ToString(CultureInfo.InvariantCulture).Length;
}
