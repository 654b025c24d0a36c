using System.Numerics;
using Platform.Retrieval.Search;

namespace Platform.Training.Datasets.Curation;

/// <summary>What texts are compared by: the set of their runs of three terms, and the hashes by which like sets are met.</summary>
internal sealed class Shingles
{
    // 32 bands of 4: two texts of Jaccard 0.8 meet in a band with probability 1 - (1 - 0.8^4)^32, above 0.9999999.
    private const int Bands = 32, RowsOfBand = 4, Hashes = Bands * RowsOfBand, TermsOfShingle = 3;

    private readonly HashSet<ulong> set = [];
    private IReadOnlyList<(int Band, ulong Hash)>? places;

    public Shingles(string text)
    {
        var terms = QueryTerms.Of(text);
        var width = Math.Min(TermsOfShingle, terms.Count);
        for (var i = 0; width > 0 && i + width <= terms.Count; i++)
        {
            var hash = 14695981039346656037UL;
            for (var j = i; j < i + width; j++)
            {
                foreach (var c in terms[j]) hash = (hash ^ c) * 1099511628211UL;
                hash = (hash ^ ' ') * 1099511628211UL;
            }
            set.Add(Mixed(hash));
        }
    }

    public bool IsEmpty => set.Count == 0;

    /// <summary>Of each band its hash; none of a text without terms.</summary>
    public IReadOnlyList<(int Band, ulong Hash)> Places => places ??= IsEmpty ? [] : Banded();

    private (int Band, ulong Hash)[] Banded()
    {
        var minimum = new ulong[Hashes];
        Array.Fill(minimum, ulong.MaxValue);
        foreach (var shingle in set)
            for (var i = 0; i < Hashes; i++)
                minimum[i] = Math.Min(minimum[i], Mixed(shingle + (ulong)(i + 1) * 0x9E3779B97F4A7C15UL));
        var banded = new (int, ulong)[Bands];
        for (var band = 0; band < Bands; band++)
            banded[band] = (band, Joined(minimum.AsSpan(band * RowsOfBand, RowsOfBand)));
        return banded;
    }

    /// <summary>Share of shingles in common (Jaccard), 0 to 1.</summary>
    public double Likeness(Shingles other)
    {
        if (IsEmpty || other.IsEmpty)
            return 0;
        var (small, large) = set.Count < other.set.Count ? (set, other.set) : (other.set, set);
        var both = small.Count(large.Contains);
        return (double)both / (small.Count + large.Count - both);
    }

    private static ulong Joined(ReadOnlySpan<ulong> values)
    {
        var hash = 0UL;
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
