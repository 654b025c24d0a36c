using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client;
using Platform.Retrieval.Embedding;
using Platform.Retrieval.Index;

namespace Platform.Retrieval.Search;

/// <summary>Dense and lexical search, fused by reciprocal rank and reranked where a model is named for it, over what a filter lets through. It knows nothing of people: <see cref="SearchPassages"/> makes the filter.</summary>
internal sealed class HybridSearch(IPassageIndex index, PassageEmbedder embedder, RerankPassages reranking, IOptions<RetrievalOptions> options, ILogger<HybridSearch> log)
{
    /// <summary>Candidates that each list gives at first, and at most when near duplicates crowd them out.</summary>
    private const int FirstDepth = 64;
    private const int LastDepth = 4096;

    private readonly RetrievalOptions _options = options.Value;
    private bool _wordsOnly;

    /// <summary>Distinct passages, best first, only those that <paramref name="current"/> lets through, and how common the terms are. Throws ModelHostException only for <see cref="SearchMode.Dense"/>: the other modes go on by words.</summary>
    /// <param name="related">Words that find passages too, and count nothing.</param>
    public async Task<(IReadOnlyList<Candidate> Passages, TermCounts Terms)> FindAsync(
        string question, string related, SearchMode mode, int top, PassageFilter filter, CurrentDocuments current, CancellationToken cancellation)
    {
        ReadOnlyMemory<float>? vector = mode == SearchMode.Lexical ? null : await EmbedAsync(question, mode, cancellation);
        string words = related.Length == 0 ? question : question + "\n" + related;
        List<Candidate> candidates = await FindAsync(question, words, vector, mode, top, filter, current, cancellation);
        TermCounts terms = await index.CountTermsAsync([.. QueryTerms.ContentOf(words).Distinct()], cancellation);
        QuestionWeights weights = new(question, terms);
        return ([.. candidates.Select(c => c with { Relevance = Relevance.Of(weights.Covered(c.Passage.Heading, c.Passage.Text), c.DenseScore) })], terms);
    }

    /// <summary>The question's vector, or null when it cannot be had or would mean nothing to the index.</summary>
    private async Task<ReadOnlyMemory<float>?> EmbedAsync(string question, SearchMode mode, CancellationToken cancellation)
    {
        if (await index.EmbeddingKindAsync(cancellation) is not { } held)
        {
            return null;
        }

        try
        {
            (string model, ReadOnlyMemory<float> vector) = await embedder.EmbedQuestionAsync(question, cancellation);
            EmbeddingKind served = new(model, vector.Length);
            if (!served.Matches(held))
            {
                throw new ModelHostException(
                    ModelHostErrorKind.ModelNotFound,
                    $"The index was made with {Named(held)}, and {Named(served)} is served: the two cannot be compared. Serve the first again, or delete all documents and add them anew.");
            }

            if (Interlocked.Exchange(ref _wordsOnly, false))
            {
                log.ByMeaningAgain();
            }

            return vector;
        }
        catch (ModelHostException failure) when (mode == SearchMode.Fused)
        {
            // Told once an outage, not once a question.
            if (!Interlocked.Exchange(ref _wordsOnly, true))
            {
                log.WordsOnly(failure.Message);
            }

            return null;
        }
    }

    private static string Named(EmbeddingKind kind) => $"'{kind.Model}' ({kind.Length} numbers a vector)";

    /// <summary>Looks deeper while near duplicates leave too few.</summary>
    private async Task<List<Candidate>> FindAsync(
        string question, string words, ReadOnlyMemory<float>? vector, SearchMode mode, int top, PassageFilter filter, CurrentDocuments current, CancellationToken cancellation)
    {
        bool again = true;
        int wanted = mode == SearchMode.Fused ? reranking.Wanted(top) : top;
        int depth = Math.Max(FirstDepth, wanted);
        while (true)
        {
            Task<IReadOnlyList<ScoredPassage>> nothing = Task.FromResult<IReadOnlyList<ScoredPassage>>([]);
            Task<IReadOnlyList<ScoredPassage>> dense = vector is { } known ? index.SearchDenseAsync(known, filter, depth, cancellation) : nothing;
            Task<IReadOnlyList<ScoredPassage>> lexical = mode == SearchMode.Dense ? nothing : index.SearchLexicalAsync(words, filter, depth, cancellation);
            await Task.WhenAll(dense, lexical);
            (IReadOnlyList<ScoredPassage> byMeaning, IReadOnlyList<ScoredPassage> byWords) = (await dense, await lexical);
            bool all = byMeaning.Count < depth && byWords.Count < depth;
            await current.ReadAsync(byMeaning.Concat(byWords), cancellation);
            (byMeaning, byWords) = (current.Counting(byMeaning), current.Counting(byWords));
            if (current.Replaced && again)
            {
                again = false;
                continue;
            }

            double denseWeight = mode == SearchMode.Dense ? 1 : _options.DenseWeight;
            NearDuplicates passages = new(wanted);
            foreach (Candidate candidate in RankFusion.Fuse(byMeaning, denseWeight, byWords, 1, _options.FusionConstant).TakeWhile(_ => !passages.Full))
            {
                passages.Offer(candidate);
            }

            if (passages.Full || all || depth >= LastDepth)
            {
                IReadOnlyList<Candidate> distinct = mode == SearchMode.Fused ? await reranking.OrderAsync(question, passages.Distinct, cancellation) : passages.Distinct;
                return [.. distinct.Concat(passages.Copies).Take(top)];
            }

            depth *= 4;
        }
    }
}
