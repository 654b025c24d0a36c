using System.Globalization;

namespace Platform.Agents.Tools.Calculating;

/// <summary>Operations that can fail, or lose digits.</summary>
internal static class Arithmetic
{
    public static CalculatedNumber Add(CalculatedNumber left, CalculatedNumber right, int position) =>
        CalculatedNumber.Combine(left, right, position, decimal.Add, (a, b) => a + b, (a, b, sum) => sum - b != a || sum - a != b);

    public static CalculatedNumber Subtract(CalculatedNumber left, CalculatedNumber right, int position) => Add(left, CalculatedNumber.Negate(right), position);

    public static CalculatedNumber Multiply(CalculatedNumber left, CalculatedNumber right, int position) =>
        CalculatedNumber.Combine(left, right, position, decimal.Multiply, (a, b) => a * b, (a, b, product) => a != 0 && b != 0 && Digits(a) + Digits(b) > 28);

    public static CalculatedNumber Divide(CalculatedNumber left, CalculatedNumber right, int position)
    {
        NotZero(right, position);
        return CalculatedNumber.Combine(left, right, position, decimal.Divide, (a, b) => a / b, (a, b, quotient) => !Survives(quotient, b, a));
    }

    public static CalculatedNumber Remainder(CalculatedNumber left, CalculatedNumber right, int position)
    {
        NotZero(right, position);
        return CalculatedNumber.Combine(left, right, position, decimal.Remainder, (a, b) => a % b, (_, _, _) => false);
    }

    public static CalculatedNumber Power(CalculatedNumber value, CalculatedNumber exponent, int position, int maxExponent)
    {
        if (exponent.Whole() is not { } times)
            return CalculatedNumber.Combine(value, exponent, position, (_, _) => throw new OverflowException(), Math.Pow, (_, _, _) => true);
        if (Math.Abs((long)times) > maxExponent)
            throw new CalculationException(texts => texts.ExponentTooLarge(times, maxExponent), position);
        if (value.IsZero && times < 0)
            NotZero(value, position);
        var (power, factor) = (CalculatedNumber.Of(1m), value);
        for (var left = Math.Abs(times); left > 0; left >>= 1)
        {
            if ((left & 1) == 1)
                power = Multiply(power, factor, position);
            if (left > 1)
                factor = Multiply(factor, factor, position);
        }
        return times < 0 ? Divide(CalculatedNumber.Of(1m), power, position) : power;
    }

    private static void NotZero(CalculatedNumber divisor, int position)
    {
        if (divisor.IsZero)
            throw new CalculationException(texts => texts.DividesByZero, position);
    }

    /// <summary>Whether a quotient that was cut to 28 digits still gives the dividend back, exactly.</summary>
    private static bool Survives(decimal quotient, decimal divisor, decimal dividend) => Digits(quotient) + Digits(divisor) <= 29 && quotient * divisor == dividend;

    /// <summary>Digits without the point, and without zeros at both ends.</summary>
    private static int Digits(decimal value) => value.ToString(CultureInfo.InvariantCulture).Replace(".", "", StringComparison.Ordinal).Trim('-', '0').Length;
}
