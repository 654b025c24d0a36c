namespace Platform.Training.Rows.Similarity;

/// <summary>Texts among which those that another nearly repeats are found.</summary>
internal sealed class LikenessIndex
{
    // What boilerplate fills must not make a search quadratic: so many different texts are compared with, which share a band.
    private const int MostCompared = 2048;

    private readonly Dictionary<ulong, int> newest = []; // of a band's hash the text that came last
    private readonly List<(int Place, Shingles Shingles, int[] Before)> texts = []; // and of each text, band by band, the one before it

    public void Add(int place, Shingles shingles)
    {
        var before = new int[shingles.Bands.Count];
        foreach (var (band, hash) in shingles.Bands.Index())
        {
            before[band] = newest.GetValueOrDefault(hash, -1);
            newest[hash] = texts.Count;
        }
        texts.Add((place, shingles, before));
    }

    /// <summary>One that has at least <see cref="NearDuplicates.Threshold"/> of its shingles in common; null where none has.</summary>
    public (int Place, double Likeness)? Like(Shingles shingles) => AllLike(shingles).Select(like => ((int, double)?)like).FirstOrDefault();

    /// <summary>All that have.</summary>
    public IEnumerable<(int Place, double Likeness)> AllLike(Shingles shingles)
    {
        HashSet<int> seen = [];
        foreach (var (band, hash) in shingles.Bands.Index())
            for (var at = newest.GetValueOrDefault(hash, -1); at >= 0 && seen.Count < MostCompared; at = texts[at].Before[band])
                if (seen.Add(at) && texts[at].Shingles.Likeness(shingles) is >= NearDuplicates.Threshold and var likeness)
                    yield return (texts[at].Place, likeness);
    }
}
