using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Embeddings;

/// <summary>The way of a request to embed: check, tokens, queue, vectors.</summary>
internal sealed class Embedding(string modelId, Tokenizer tokenizer, EmbeddingQueue queue, EmbeddingLoop loop, int mostTokens) : IAsyncDisposable
{
    private const int MostInputs = 2_048;

    internal async Task<EmbeddingResult> RunAsync(EmbeddingRequest request, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var inputs = Prepare(request);
        if (inputs.Length == 0) { return new EmbeddingResult([], 0); }
        var job = new EmbeddingJob(inputs);
        await using var registration = cancellation.Register(() => job.Cancel(cancellation));
        queue.Enqueue(job);
        return new EmbeddingResult(await job.Vectors, inputs.Sum(i => i.Length));
    }

    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private int[][] Prepare(EmbeddingRequest request)
    {
        if (request.Texts is null == request.Tokens is null) { throw Refuse("Give either texts or tokens, not both and not neither."); }
        var count = request.Texts?.Count ?? request.Tokens!.Count;
        if (count > MostInputs) { throw Refuse($"There are {count} inputs; {MostInputs} is the most in one request. Send them in parts."); }
        var inputs = new int[count][];
        for (var i = 0; i < count; i++) { inputs[i] = Fit(request.Texts is { } texts ? tokenizer.Encode(texts[i], addSpecial: true, parseSpecial: false) : Given(request.Tokens![i]), i, request); }
        return inputs;
    }

    private int[] Given(IReadOnlyList<int> tokens)
    {
        tokenizer.Check(tokens, "input");
        return [.. tokens];
    }

    private int[] Fit(int[] tokens, int index, EmbeddingRequest request)
    {
        var (field, name) = !request.IsComparison ? ("input", $"Input {index}") : index == 0 ? ("query", "The query") : ("documents", $"Document {index - 1}");
        if (tokens.Length == 0) { throw Refuse($"{name} is empty.", field); }
        if (tokens.Length <= mostTokens) { return tokens; }
        return request.Truncate ? tokens[..mostTokens] : throw new EngineException(EngineErrorKind.ContextTooLong, $"{name} is {tokens.Length} tokens; '{modelId}' takes {mostTokens}. Send it in parts, or ask for truncation.")
        {
            PromptTokens = tokens.Length,
            ContextTokens = mostTokens,
            Parameter = field,
        };
    }

    private static EngineException Refuse(string message, string field = "input") => new(EngineErrorKind.BadRequest, message) { Parameter = field };
}
