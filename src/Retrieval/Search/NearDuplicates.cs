namespace Platform.Retrieval.Search;

/// <summary>
/// Keeps one of passages that say the same, so that a document's thousand copies of a paragraph cannot fill a result. Same words and same numbers: dropped.
/// Nearly the same words: put last, for a figure in an otherwise equal sentence may be what was asked for.
/// </summary>
internal sealed class NearDuplicates(int top)
{
    /// <summary>Shared words of all words (Jaccard) from which two passages are nearly the same.</summary>
    private const double Near = 0.8;

    private readonly List<HashSet<string>> _kept = [];
    private readonly HashSet<(int, int)> _seen = [];

    /// <summary>At most as many as asked for.</summary>
    public List<Candidate> Distinct { get; } = [];

    /// <summary>Nearly the same as one that stands before; not equal to any.</summary>
    public List<Candidate> Copies { get; } = [];

    public bool Full => Distinct.Count >= top;

    public void Offer(Candidate candidate)
    {
        HashSet<string> terms = [.. QueryTerms.Of(candidate.Passage.Text)];
        if (!_seen.Add((terms.Count, terms.Aggregate(0, (sum, term) => unchecked(sum + term.GetHashCode(StringComparison.Ordinal))))))
        {
            return;
        }

        if (!_kept.Exists(other => Similarity(terms, other) >= Near))
        {
            Distinct.Add(candidate);
            _kept.Add(terms);
        }
        else if (Copies.Count < top)
        {
            Copies.Add(candidate);
        }
    }

    private static double Similarity(HashSet<string> a, HashSet<string> b)
    {
        // The sizes alone often rule it out.
        if (Math.Min(a.Count, b.Count) < Near * Math.Max(a.Count, b.Count))
        {
            return 0;
        }

        int shared = a.Count(b.Contains);
        return shared / (double)Math.Max(1, a.Count + b.Count - shared);
    }
}
