using System.Numerics.Tensors;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Embeddings;

/// <summary>The one thread that owns a context which embeds, or judges pairs. Inputs of all requests are packed into batches, each input a sequence of its own.</summary>
internal sealed class EmbeddingLoop : IAsyncDisposable
{
    private readonly SafeLlamaContextHandle context;
    private readonly SafeLlamaBatchHandle batch;
    private readonly EmbeddingQueue queue;
    private readonly int fullBatch, sequences, length;
    private readonly bool ranks;
    private readonly ILogger log;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="context">Disposed with this.</param>
    /// <param name="fullBatch">Tokens after which a batch is full.</param>
    /// <param name="sequences">Most inputs in a batch.</param>
    /// <param name="length">Numbers of a vector, or scores of a pair.</param>
    /// <param name="queue">Where inputs come from.</param>
    /// <param name="log">Told of batches that fail.</param>
    internal EmbeddingLoop(SafeLlamaContextHandle context, int fullBatch, int sequences, int length, EmbeddingQueue queue, ILogger log)
    {
        (this.context, this.fullBatch, this.sequences, this.length, this.queue, this.log) = (context, fullBatch, sequences, length, queue, log);
        ranks = context.Pooling == SafeLlamaContextHandle.RankPooling;
        batch = new SafeLlamaBatchHandle(context.BatchTokens);
        new Thread(Run) { IsBackground = true, Name = "embedding" }.Start();
    }

    /// <summary>Stops after the running batch; requests on their way fail.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var job in queue.Close()) { job.Fail(Stopping()); }
        await ended.Task;
    }

    private void Run()
    {
        var inputs = new List<(EmbeddingJob Job, int Index, int[] Tokens)>(sequences);
        while (queue.TakeBatch(fullBatch, sequences, inputs))
        {
            try
            {
                RunBatch(inputs);
            }
            catch (Exception fault) // one bad batch must not end the loop: its requests fail, the next ones are served
            {
                if (log.IsEnabled(LogLevel.Error)) { log.LogError(fault, "An embedding batch of {Inputs} inputs failed", inputs.Count); }
                foreach (var (job, _, _) in inputs) { job.Fail(new EngineException(EngineErrorKind.Failed, $"The embedding model failed: {fault.Message} Try again.", fault)); }
            }
        }
        foreach (var (job, _, _) in inputs) { job.Fail(Stopping()); }
        batch.Dispose();
        context.Dispose();
        ended.SetResult();
    }

    private void RunBatch(List<(EmbeddingJob Job, int Index, int[] Tokens)> inputs)
    {
        context.ClearMemory();
        batch.Clear();
        for (var sequence = 0; sequence < inputs.Count; sequence++)
        {
            var tokens = inputs[sequence].Tokens;
            for (var i = 0; i < tokens.Length; i++) { batch.Add(tokens[i], i, sequence, logits: true); }
        }
        var code = context.Decode(batch);
        if (code != 0) { throw new NativeCallException($"llama_decode returned {code} for a batch of {batch.Count} tokens.", code); }
        for (var sequence = 0; sequence < inputs.Count; sequence++)
        {
            var (job, index, _) = inputs[sequence];
            var vector = new float[length];
            context.CopyEmbedding(sequence, vector);
            var norm = TensorPrimitives.Norm(vector);
            if (ranks && float.IsFinite(norm))
            {
                job.Set(index, vector); // scores mean something as they are
            }
            else if (norm is > 0 and < float.PositiveInfinity)
            {
                TensorPrimitives.Divide(vector, norm, vector);
                job.Set(index, vector);
            }
            else
            {
                job.Fail(new EngineException(EngineErrorKind.BadRequest, $"The model's {(ranks ? "score" : "vector")} of input {index} has the size {norm}, which says nothing. Leave the input out, or check the model file.") { Parameter = "input" });
            }
        }
    }

    private static EngineException Stopping() => new(EngineErrorKind.Failed, "The model service is stopping. Ask again when it is back.");
}
