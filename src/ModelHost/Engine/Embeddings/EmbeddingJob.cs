namespace Platform.ModelHost.Engine.Embeddings;

/// <summary>One request's inputs as tokens, and the vectors that stand so far.</summary>
internal sealed class EmbeddingJob(IReadOnlyList<int[]> inputs)
{
    private readonly TaskCompletionSource<IReadOnlyList<float[]>> whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[][] vectors = new float[inputs.Count][];
    private int finished;
    private volatile bool cancelled;

    /// <summary>The first input that is in no batch yet.</summary>
    internal int Next { get; private set; }

    internal bool AllTaken => Next == inputs.Count;

    internal bool Over => cancelled || whole.Task.IsCompleted;

    internal Task<IReadOnlyList<float[]>> Vectors => whole.Task;

    internal int[] Peek() => inputs[Next];

    internal int Take() => Next++;

    internal void Set(int index, float[] vector)
    {
        vectors[index] = vector;
        if (++finished == vectors.Length) { whole.TrySetResult(vectors); }
    }

    internal void Fail(Exception fault) => whole.TrySetException(fault);

    internal void Cancel(CancellationToken cancellation)
    {
        cancelled = true;
        whole.TrySetCanceled(cancellation);
    }
}
