using System.Globalization;

namespace Platform.Agents.Tools.Calculating;

/// <summary>Reads a number: 1250.5, 1,250.5, 1_250, .5, 1.5e6.</summary>
internal static class NumberText
{
    private const int MaxDigits = 400;

    /// <summary>Null when it is none; <paramref name="at"/> is then left anywhere inside it. With grouped a comma or low line before three digits belongs to the number.</summary>
    public static CalculatedNumber? Read(string text, ref int at, bool grouped)
    {
        var start = at;
        Digits(text, ref at);
        while (grouped && at > start && at - start <= MaxDigits && IsGroup(text, at))
            at += 4;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            Digits(text, ref at);
        }
        var hasDigit = text.AsSpan(start, at - start).ContainsAnyInRange('0', '9');
        if (at + 1 < text.Length && text[at] is 'e' or 'E' && (char.IsAsciiDigit(text[at + 1]) || text[at + 1] is '+' or '-' && at + 2 < text.Length && char.IsAsciiDigit(text[at + 2])))
        {
            at += 2;
            Digits(text, ref at);
        }
        var isGlued = at < text.Length && text[at] == '.';
        if (!hasDigit || isGlued)
            return null;
        var number = string.Concat(text.AsSpan(start, at - start).ToString().Where(c => c is not (',' or '_' or '\'')));
        return decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && IsWhole(number, value)
            ? CalculatedNumber.Of(value)
            : CalculatedNumber.Of(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture), start);
    }

    private static void Digits(string text, ref int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
    }

    private static bool IsGroup(string text, int at) =>
        at + 3 < text.Length && text[at] is ',' or '_' or '\'' && char.IsAsciiDigit(text[at + 1]) && char.IsAsciiDigit(text[at + 2]) && char.IsAsciiDigit(text[at + 3])
        && (at + 4 >= text.Length || !char.IsAsciiDigit(text[at + 4]));

    /// <summary>Whether the 28 digits of a decimal held them all.</summary>
    private static bool IsWhole(string number, decimal value) => number.Count(char.IsAsciiDigit) <= 28 && (value != 0 || !number.TakeWhile(c => c is not ('e' or 'E')).Any(c => c is >= '1' and <= '9'));
}
