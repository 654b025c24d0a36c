namespace Platform.Training.Rows.Similarity;

/// <summary>Rows that say nearly the same: their shingles of three tokens overlap by at least <see cref="Threshold"/> (Jaccard). MinHash with banding finds candidates (Broder 1997; Leskovec, Rajaraman and Ullman, ch. 3), and each is then compared exactly.</summary>
public static class NearDuplicates
{
    /// <summary>Share of common shingles from which two rows are near duplicates.</summary>
    public const double Threshold = 0.8;

    /// <summary>For each text the place of an earlier one that it nearly repeats, or its own place. What repeats another is not compared with: groups do not drift.</summary>
    /// <param name="texts">In the order in which they came.</param>
    public static int[] FirstLike(IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(texts);
        LikenessIndex firsts = new();
        var first = new int[texts.Count];
        for (var i = 0; i < texts.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Shingles shingles = new(texts[i]);
            first[i] = firsts.Like(shingles)?.Place ?? i;
            if (first[i] == i) firsts.Add(i, shingles);
        }
        return first;
    }

    /// <summary>Share of shingles that two texts have in common, 0 to 1.</summary>
    public static double Likeness(string one, string other) => new Shingles(one).Likeness(new(other));
}
