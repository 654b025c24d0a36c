using Platform.Retrieval.Chunking;
using Platform.Retrieval.Index;

namespace Platform.Retrieval.Search;

/// <summary>Reciprocal rank fusion: each list gives a passage its weight divided by (constant + rank), ranks from 1. Only ranks count, since cosines and BM25 scores have no common scale.</summary>
internal static class RankFusion
{
    /// <summary>Best first. A list of weight 0 adds no score; its passages come last, in their order.</summary>
    public static List<Candidate> Fuse(IReadOnlyList<ScoredPassage> dense, double denseWeight, IReadOnlyList<ScoredPassage> lexical, double lexicalWeight, int constant)
    {
        Dictionary<Guid, Candidate> byPassage = [];
        for (int rank = 1; rank <= lexical.Count; rank++)
        {
            ScoredPassage found = lexical[rank - 1];
            byPassage[found.Passage.Id] = new Candidate(found.Passage, lexicalWeight / (constant + rank)) { LexicalScore = found.Score, LexicalRank = rank };
        }

        for (int rank = 1; rank <= dense.Count; rank++)
        {
            ScoredPassage found = dense[rank - 1];
            double share = denseWeight / (constant + rank);
            byPassage[found.Passage.Id] = byPassage.TryGetValue(found.Passage.Id, out Candidate? both)
                ? both with { Score = both.Score + share, DenseScore = found.Score, DenseRank = rank }
                : new Candidate(found.Passage, share) { DenseScore = found.Score, DenseRank = rank };
        }

        return [.. byPassage.Values.OrderByDescending(c => c.Score).ThenBy(c => c.LexicalRank ?? int.MaxValue).ThenBy(c => c.DenseRank ?? int.MaxValue)];
    }
}

/// <summary>A passage on its way into a result.</summary>
internal sealed record Candidate(Passage Passage, double Score)
{
    public double? DenseScore { get; init; }

    public int? DenseRank { get; init; }

    public double? LexicalScore { get; init; }

    public int? LexicalRank { get; init; }

    public double Relevance { get; init; }

    /// <summary>What the reranking model says; null where none was asked.</summary>
    public float? RerankScore { get; init; }
}
