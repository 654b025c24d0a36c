namespace Platform.ModelHost.Engine.Grammars;

/// <summary>A set of Unicode code points: ranges in order that do not touch.</summary>
internal sealed class CharSet
{
    private const int Greatest = 0x10FFFF;

    private CharSet(IReadOnlyList<(int First, int Last)> ranges) => Ranges = ranges;

    internal static CharSet All { get; } = new([(0, Greatest)]);

    internal IReadOnlyList<(int First, int Last)> Ranges { get; }

    internal bool IsEmpty => Ranges.Count == 0;

    internal static CharSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges.OrderBy(r => r.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1) { merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last)); }
            else { merged.Add(range); }
        }
        return new CharSet(merged);
    }

    internal static CharSet Of(string characters) => Of(characters.EnumerateRunes().Select(c => (c.Value, c.Value)));

    internal bool Contains(int character)
    {
        foreach (var (first, last) in Ranges)
        {
            if (character < first) { return false; }
            if (character <= last) { return true; }
        }
        return false;
    }

    internal CharSet Or(CharSet other) => Of(Ranges.Concat(other.Ranges));

    internal CharSet And(CharSet other) => All.Except(All.Except(this).Or(All.Except(other)));

    internal CharSet Except(CharSet other)
    {
        var left = new List<(int First, int Last)>();
        foreach (var (first, last) in Ranges)
        {
            var from = first;
            foreach (var (cutFirst, cutLast) in other.Ranges)
            {
                if (cutLast < from) { continue; }
                if (cutFirst > last) { break; }
                if (cutFirst > from) { left.Add((from, cutFirst - 1)); }
                from = cutLast + 1;
            }
            if (from <= last) { left.Add((from, last)); }
        }
        return new CharSet(left);
    }
}
