using System.Globalization;
using System.Numerics;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Values;

/// <summary>Numbers as Python has them. Whole numbers beyond 64 bits can be printed and compared, not calculated with.</summary>
internal static class PythonNumber
{
    private const int MostDigits = 400;

    internal static bool IsNumber(object? value) => value is bool or long or double or BigInteger;

    internal static bool IsWhole(object? value) => value is bool or long or BigInteger;

    internal static double AsDouble(object value) => value switch { bool b => b ? 1 : 0, long n => n, BigInteger big => (double)big, _ => (double)value };

    /// <summary>A whole number that fits into 64 bits, or null.</summary>
    internal static long? AsLong(object? value) => value switch { bool b => b ? 1 : 0, long n => n, _ => null };

    /// <summary>The whole number that decimal digits say, or null where they do not.</summary>
    internal static object? Whole(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : text.Length <= MostDigits && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var big) ? big
        : null;

    internal static int Compare(object left, object right) => (left, right) switch
    {
        (double, _) or (_, double) => AsDouble(left).CompareTo(AsDouble(right)),
        (BigInteger, _) or (_, BigInteger) => AsBig(left).CompareTo(AsBig(right)),
        _ => AsLong(left)!.Value.CompareTo(AsLong(right)!.Value),
    };

    /// <summary>left operator right, where both are numbers.</summary>
    /// <exception cref="TemplateException">Division by zero, or a result that is too large.</exception>
    internal static object Calculate(string symbol, object left, object right)
    {
        if (symbol == "/" || left is double || right is double) { return Calculate(symbol, AsDouble(left), AsDouble(right)); }
        if (AsLong(left) is not { } a || AsLong(right) is not { } b) { throw TooLarge(); }
        try
        {
            return symbol switch
            {
                "+" => checked(a + b),
                "-" => checked(a - b),
                "*" => checked(a * b),
                "**" => Power(a, b),
                _ when b == 0 => throw ByZero(),
                "//" => FloorDivide(a, b),
                _ => b == -1 ? 0L : (a % b + b) % b,
            };
        }
        catch (OverflowException)
        {
            throw TooLarge();
        }
    }

    /// <summary>Shortest text that reads back as the same number, in Python's form.</summary>
    internal static string Text(double value)
    {
        if (double.IsNaN(value)) { return "nan"; }
        if (double.IsInfinity(value)) { return value > 0 ? "inf" : "-inf"; }
        if (value == 0) { return double.IsNegative(value) ? "-0.0" : "0.0"; }
        var digits = Digits(value.ToString("R", CultureInfo.InvariantCulture), out var exponent);
        var sign = value < 0 ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }
        if (exponent < 0) { return $"{sign}0.{new string('0', -exponent - 1)}{digits}"; }
        return digits.Length <= exponent + 1
            ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>The significant digits of a number's text, and the power of ten of the first.</summary>
    private static string Digits(string text, out int exponent)
    {
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var power = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = (mark < 0 ? text : text[..mark]).TrimStart('-');
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = dot < 0 ? mantissa : mantissa[..dot];
        var all = dot < 0 ? mantissa : whole + mantissa[(dot + 1)..];
        var zeros = all.Length - all.TrimStart('0').Length;
        exponent = power + whole.Length - 1 - zeros;
        return all.Trim('0');
    }

    private static BigInteger AsBig(object value) => value is BigInteger big ? big : AsLong(value)!.Value;

    private static double Calculate(string symbol, double a, double b) => symbol switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "**" => Math.Pow(a, b),
        _ when b == 0 => throw ByZero(),
        "/" => a / b,
        "//" => Math.Floor(a / b),
        _ => a - b * Math.Floor(a / b),
    };

    private static object Power(long a, long b)
    {
        if (b < 0) { return a == 0 ? throw ByZero() : Math.Pow(a, b); }
        if (a is 0 or 1) { return b == 0 ? 1 : a; }
        if (a == -1) { return b % 2 == 0 ? 1L : -1L; }
        var result = 1L;
        for (var i = 0L; i < b; i++) { result = checked(result * a); } // at most 63 rounds
        return result;
    }

    private static long FloorDivide(long a, long b)
    {
        var quotient = checked(a / b);
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
    }

    private static TemplateException ByZero() => TemplateException.Evaluation("Division by zero.");

    private static TemplateException TooLarge() => TemplateException.Evaluation("A whole number grows beyond 64 bits.");
}
