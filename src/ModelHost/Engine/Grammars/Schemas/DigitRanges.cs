using System.Globalization;
using System.Numerics;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>The whole numbers from one to another, as alternatives of digits.</summary>
internal static class DigitRanges
{
    /// <summary>Both ends are 0 or more and belong to the range.</summary>
    internal static IEnumerable<string> Of(BigInteger least, BigInteger most)
    {
        while (least <= most)
        {
            var digits = least.ToString(CultureInfo.InvariantCulture).Length;
            var end = BigInteger.Min(most, BigInteger.Pow(10, digits) - 1);
            foreach (var way in SameLength(least.ToString(CultureInfo.InvariantCulture), end.ToString(CultureInfo.InvariantCulture))) { yield return way; }
            least = end + 1;
        }
    }

    private static IEnumerable<string> SameLength(string least, string most)
    {
        var shared = 0;
        while (shared < least.Length && least[shared] == most[shared]) { shared++; }
        if (shared == least.Length) { return [$"\"{least}\""]; }
        var before = shared > 0 ? $"\"{least[..shared]}\" " : "";
        var (low, high, rest) = (least[shared], most[shared], least.Length - shared - 1);
        if (rest == 0) { return [$"{before}[{low}-{high}]"]; }
        var ways = new List<string>();
        if (least.AsSpan(shared + 1).ContainsAnyExcept('0'))
        {
            ways.AddRange(SameLength(least[(shared + 1)..], new string('9', rest)).Select(way => $"{before}\"{least[shared]}\" {way}"));
            low++;
        }
        var last = new List<string>();
        if (most.AsSpan(shared + 1).ContainsAnyExcept('9'))
        {
            last.AddRange(SameLength(new string('0', rest), most[(shared + 1)..]).Select(way => $"{before}\"{most[shared]}\" {way}"));
            high--;
        }
        if (low <= high) { ways.Add($"{before}[{low}-{high}] {(rest == 1 ? "[0-9]" : string.Create(CultureInfo.InvariantCulture, $"[0-9]{{{rest}}}"))}"); }
        return [.. ways, .. last];
    }
}
