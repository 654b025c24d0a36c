using Platform.ModelHost.Engine.Embeddings;

namespace Platform.ModelHost.Engine.Reranking;

/// <summary>The way of a request to judge documents: check, pairs as tokens, queue, scores. The pairs of all requests share batches.</summary>
internal sealed class Reranker(string modelId, PairFormat format, EmbeddingQueue queue, EmbeddingLoop loop, int mostTokens) : IAsyncDisposable
{
    private const int MostDocuments = 2_048;

    internal async Task<RelevanceResult> RunAsync(RelevanceRequest request, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (request.Documents.Count > MostDocuments) { throw Refuse($"There are {request.Documents.Count} documents; {MostDocuments} is the most in one request. Send them in parts."); }
        var pairs = request.Documents.Select((document, index) => Pair(request, document, index)).ToArray();
        if (pairs.Length == 0) { return new RelevanceResult([], 0); }
        var job = new EmbeddingJob(pairs);
        await using var registration = cancellation.Register(() => job.Cancel(cancellation));
        queue.Enqueue(job);
        return new RelevanceResult([.. (await job.Vectors).Select(score => score[0])], pairs.Sum(p => p.Length));
    }

    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private int[] Pair(RelevanceRequest request, string document, int index)
    {
        if (document.Length == 0) { throw Refuse($"Document {index} is empty."); }
        var pair = request.Truncate ? format.Join(request.Query, document, mostTokens) : format.Join(request.Query, document);
        if (pair?.Length <= mostTokens) { return pair; }
        var (tokens, way) = pair is null ? (format.Join(request.Query, "").Length, "The query leaves no room for a document; shorten it.") : (pair.Length, "Send it in parts, or ask for truncation.");
        throw new EngineException(EngineErrorKind.ContextTooLong, $"The query with document {index} is {tokens} tokens{(pair is null ? " even without the document" : "")}; '{modelId}' takes {mostTokens}. {way}")
        {
            PromptTokens = tokens,
            ContextTokens = mostTokens,
            Parameter = pair is null ? "query" : "documents",
        };
    }

    private static EngineException Refuse(string message) => new(EngineErrorKind.BadRequest, message) { Parameter = "documents" };
}
