using System.Numerics;
using Platform.Training.Rows.Measuring;

namespace Platform.Training.Rows.Similarity;

/// <summary>What texts are compared by: the set of their runs of three tokens, and the hashes by which like sets are met. A text of signs alone is one run.</summary>
internal sealed class Shingles
{
    // 32 bands of 4: two texts of Jaccard 0.8 meet in a band with probability 1 - (1 - 0.8^4)^32, above 0.9999999.
    private const int BandCount = 32, RowsOfBand = 4, Hashes = BandCount * RowsOfBand, TokensOfShingle = 3, LongShingles = 20;

    private readonly ulong[] sorted;
    private ulong[]? bands;

    public Shingles(string text)
    {
        var tokens = MeasureTokens.Of(text);
        if (tokens.Length == 0 && text.Trim() is { Length: > 0 } signs) tokens = [signs];
        var width = Math.Min(TokensOfShingle, tokens.Length);
        HashSet<ulong> set = [];
        for (var i = 0; width > 0 && i + width <= tokens.Length; i++)
        {
            var hash = 14695981039346656037UL;
            for (var j = i; j < i + width; j++)
            {
                foreach (var c in tokens[j]) hash = (hash ^ c) * 1099511628211UL;
                hash = (hash ^ ' ') * 1099511628211UL;
            }
            set.Add(Mixed(hash));
        }
        sorted = [.. set.Order()];
    }

    /// <summary>Of each band its hash, which no other band has; none of an empty text.</summary>
    public IReadOnlyList<ulong> Bands => bands ??= sorted.Length == 0 ? [] : Banded();

    /// <summary>Share of shingles in common (Jaccard), 0 to 1.</summary>
    public double Likeness(Shingles other)
    {
        if (sorted.Length == 0 || other.sorted.Length == 0)
            return 0;
        var (both, mine, theirs) = (0, 0, 0);
        while (mine < sorted.Length && theirs < other.sorted.Length)
        {
            var order = sorted[mine].CompareTo(other.sorted[theirs]);
            if (order == 0) both++;
            if (order <= 0) mine++;
            if (order >= 0) theirs++;
        }
        return (double)both / (sorted.Length + other.sorted.Length - both);
    }

    /// <summary>Whether it is more than a line or two: one of about 22 words or Chinese characters at least.</summary>
    public bool IsLong => sorted.Length >= LongShingles;

    /// <summary>Whether they say nearly the same; two without any do.</summary>
    public bool IsLike(Shingles other) => (sorted.Length == 0 && other.sorted.Length == 0) || Likeness(other) >= NearDuplicates.Threshold;

    private ulong[] Banded()
    {
        var minimum = new ulong[Hashes];
        Array.Fill(minimum, ulong.MaxValue);
        foreach (var shingle in sorted)
            for (var i = 0; i < Hashes; i++)
                minimum[i] = Math.Min(minimum[i], Mixed(shingle + (ulong)(i + 1) * 0x9E3779B97F4A7C15UL));
        return [.. Enumerable.Range(0, BandCount).Select(band => Joined((ulong)band, minimum.AsSpan(band * RowsOfBand, RowsOfBand)))];
    }

    private static ulong Joined(ulong band, ReadOnlySpan<ulong> values)
    {
        var hash = band;
        foreach (var value in values) hash = Mixed(BitOperations.RotateLeft(hash, 17) ^ value);
        return hash;
    }

    // The finaliser of SplitMix64: each bit of the input changes half of those of the result.
    private static ulong Mixed(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
