using System.Numerics;
using System.Runtime.InteropServices;
using Platform.Retrieval.Search;

namespace Platform.Training.Datasets.Curation;

/// <summary>Rows that say nearly the same: their shingles of three terms overlap by at least <see cref="Threshold"/> (Jaccard). MinHash with banding finds candidates (Broder 1997; Leskovec, Rajaraman and Ullman, ch. 3), and each is then compared exactly.</summary>
public static class NearDuplicates
{
    /// <summary>Share of common shingles from which two rows are near duplicates.</summary>
    public const double Threshold = 0.8;

    // 32 bands of 4: two texts of Jaccard 0.8 meet in a band with probability 1 - (1 - 0.8^4)^32, above 0.9999999.
    private const int Bands = 32, RowsOfBand = 4, Hashes = Bands * RowsOfBand, TermsOfShingle = 3;

    // A band that a boilerplate row fills must not make the search quadratic: members are compared with so many before them.
    private const int LooksBack = 64;

    /// <summary>For each text the place of an earlier one that it nearly repeats, or its own place.</summary>
    /// <param name="texts">In the order in which they came.</param>
    /// <param name="among">So many of the first are looked among; null for all.</param>
    public static int[] FirstLike(IReadOnlyList<string> texts, CancellationToken cancellation, int? among = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var shingles = new HashSet<ulong>[texts.Count];
        var first = new int[texts.Count];
        var bands = new Dictionary<(int Band, ulong Hash), List<int>>();
        var minimum = new ulong[Hashes];
        for (var i = 0; i < texts.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            first[i] = i;
            shingles[i] = ShinglesOf(texts[i]);
            if (shingles[i].Count == 0) continue;
            Minimise(shingles[i], minimum);
            for (var band = 0; band < Bands; band++)
            {
                ref var members = ref CollectionsMarshal.GetValueRefOrAddDefault(bands, (band, Joined(minimum.AsSpan(band * RowsOfBand, RowsOfBand))), out _);
                members ??= [];
                for (var back = members.Count - 1; back >= Math.Max(0, members.Count - LooksBack) && first[i] == i; back--)
                    if (first[members[back]] == members[back] && Jaccard(shingles[members[back]], shingles[i]) >= Threshold)
                        first[i] = members[back];
                if (first[i] != i) break; // what repeats another is not compared with: groups do not drift
                if (i < (among ?? texts.Count)) members.Add(i);
            }
        }
        return first;
    }

    /// <summary>Share of shingles that two texts have in common, 0 to 1.</summary>
    public static double Likeness(string one, string other) => Jaccard(ShinglesOf(one), ShinglesOf(other));

    private static HashSet<ulong> ShinglesOf(string text)
    {
        var terms = QueryTerms.Of(text);
        var width = Math.Min(TermsOfShingle, terms.Count);
        HashSet<ulong> shingles = [];
        for (var i = 0; width > 0 && i + width <= terms.Count; i++)
        {
            var hash = 14695981039346656037UL;
            for (var j = i; j < i + width; j++)
            {
                foreach (var c in terms[j]) hash = (hash ^ c) * 1099511628211UL;
                hash = (hash ^ ' ') * 1099511628211UL;
            }
            shingles.Add(Mixed(hash));
        }
        return shingles;
    }

    private static void Minimise(HashSet<ulong> shingles, ulong[] minimum)
    {
        Array.Fill(minimum, ulong.MaxValue);
        foreach (var shingle in shingles)
            for (var i = 0; i < Hashes; i++)
                minimum[i] = Math.Min(minimum[i], Mixed(shingle + (ulong)(i + 1) * 0x9E3779B97F4A7C15UL));
    }

    private static ulong Joined(ReadOnlySpan<ulong> values)
    {
        var hash = 0UL;
        foreach (var value in values) hash = Mixed(BitOperations.RotateLeft(hash, 17) ^ value);
        return hash;
    }

    private static double Jaccard(HashSet<ulong> one, HashSet<ulong> other)
    {
        if (one.Count == 0 || other.Count == 0)
            return 0;
        var (small, large) = one.Count < other.Count ? (one, other) : (other, one);
        var both = small.Count(large.Contains);
        return (double)both / (small.Count + large.Count - both);
    }

    // The finaliser of SplitMix64: each bit of the input changes half of those of the result.
    private static ulong Mixed(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
