using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Tensors;
using Platform.Training.Batches;

namespace Platform.Training.Graph;

/// <summary>What a graph is built for.</summary>
/// <param name="Backward">Adds gradients to the adapter's; else only log-probabilities are computed.</param>
/// <param name="Adapter">Null computes the base model alone, and then not backward.</param>
/// <param name="Recompute">Keeps only each layer's input and computes the rest again on the way back: a tenth of the memory, about 40 % more time.</param>
/// <param name="Logits">Keeps the logits of all rows too, for comparing with llama.cpp's: they are multiplied by ggml as there, for its rounding would show.</param>
/// <param name="MostLogits">Numbers of logits that are held at a time: rows by vocabulary, at least one row.</param>
public sealed record GraphPlan(Bucket Bucket, LoraWeights? Adapter, bool Backward, bool Recompute = false, bool Logits = false, long MostLogits = 4 << 20);

/// <summary>One forward pass, and one back, over a batch of one shape. Built once, computed often.</summary>
public sealed class TrainingGraph : IDisposable
{
    private const int TensorsPerLayer = 320, TensorsPerLoss = 40, TensorsBeside = 64;
    private readonly TensorArena arena;
    private readonly ComputeGraph graph;
    private readonly ComputeBackend backend;
    private readonly Tensor tokens, positions, mask;
    private readonly List<LossPass> losses = [];
    private float[]? causal;

    /// <param name="model">Whose shape and weights; must outlive the graph.</param>
    /// <param name="plan">What to compute.</param>
    public TrainingGraph(BaseModel model, GraphPlan plan)
    {
        (Plan, backend) = (plan, model.Backend);
        var rows = RowsAtATime(model.Shape, plan);
        var most = model.Shape.Layers * TensorsPerLayer + (plan.Bucket.Rows / rows + 1) * TensorsPerLoss + TensorsBeside;
        arena = TensorArena.Create(most, most);
        graph = new ComputeGraph(arena, most);
        tokens = arena.Input("tokens", TensorType.I32, plan.Bucket.AllTokens);
        positions = arena.Input("positions", TensorType.I32, plan.Bucket.AllTokens);
        mask = arena.Input("mask", TensorType.F32, plan.Bucket.Tokens, plan.Bucket.Tokens);
        var isOurs = model.Backend.HasPanels && !plan.Logits;
        Build(new GraphContext(arena, new Products(arena, isOurs), new Activations(arena, isOurs), graph, model, plan.Bucket, positions, mask, plan.Adapter), rows);
    }

    public GraphPlan Plan { get; }

    /// <summary>Bytes that it would compute in.</summary>
    public long Measure() => GraphMemory.Measure(backend, graph);

    /// <summary>Gives it the memory, which other graphs lose by that.</summary>
    /// <exception cref="NativeCallException">There is too little.</exception>
    public void Place(GraphMemory memory)
    {
        memory.Place(graph);
        if (graph.OverwrittenSoftMax() is > 0 and var count) { throw new InvalidOperationException($"{count} softmaxes lie where their gradients are written. This is a bug."); }
        if (graph.Unsupported(backend) is { } operation) { throw new NativeCallException($"The device cannot compute {operation}."); }
    }

    /// <summary>Computes a batch of its shape.</summary>
    /// <param name="batch">Its numbers are within the model's vocabulary.</param>
    /// <param name="lossScale">What the gradients are multiplied by, so that small ones survive.</param>
    /// <returns>log p of each row's label.</returns>
    public float[] Run(Batch batch, float lossScale = 1)
    {
        if (batch.Bucket != Plan.Bucket) { throw new ArgumentException($"The batch is {batch.Bucket}, the graph {Plan.Bucket}. This is a bug."); }
        Upload(batch, lossScale); // inputs share memory with what is computed: all of them, every time
        backend.Compute(graph);
        var result = new float[batch.Bucket.Rows];
        var at = 0;
        foreach (var loss in losses)
        {
            loss.LogProbabilities.Read(result.AsSpan(at, loss.Count));
            at += loss.Count;
        }
        return result;
    }

    /// <summary>After <see cref="Run"/>: the logits [rows, vocabulary], row after row.</summary>
    public float[] Logits() => [.. losses.SelectMany(loss => loss.Logits.ToArray())];

    private void Build(GraphContext context, int rowsAtATime)
    {
        var x = arena.Rows(context.Model.Embedding, tokens);
        var layers = new LayerPass[context.Shape.Layers];
        for (var i = 0; i < layers.Length; i++)
        {
            layers[i] = new LayerPass(context, i, x);
            x = layers[i].Output;
            graph.Add(x);
        }
        Tensor? gradient = null;
        for (var row = 0; row < Plan.Bucket.Rows; row += rowsAtATime)
        {
            var loss = new LossPass(context, x, Math.Min(rowsAtATime, Plan.Bucket.Rows - row), losses.Count);
            losses.Add(loss);
            if (Plan.Logits) { loss.Logits.Keep(); }
            if (!Plan.Backward) { continue; }
            gradient = gradient is null ? loss.Backward() : arena.Sum(gradient, loss.Backward());
            graph.Add(gradient);
        }
        for (var i = layers.Length - 1; i >= 0 && gradient is not null; i--)
        {
            var layer = Plan.Recompute ? new LayerPass(context, i, layers[i].Input) : layers[i];
            gradient = layer.Backward(gradient);
            if (gradient is not null) { graph.Add(gradient); }
        }
    }

    private void Upload(Batch batch, float lossScale)
    {
        Plan.Adapter?.Drop(batch.DropoutPlace);
        tokens.Write(batch.Tokens);
        positions.Write(batch.Positions);
        mask.Write(Causal(batch.Bucket.Tokens));
        var at = 0;
        foreach (var loss in losses)
        {
            loss.Rows.Write(batch.Rows.AsSpan(at, loss.Count));
            loss.WriteLabels(batch.Labels.AsSpan(at, loss.Count));
            if (Plan.Backward) { loss.Weights.Write([.. batch.Weights.AsSpan(at, loss.Count).ToArray().Select(w => w * lossScale)]); }
            at += loss.Count;
        }
    }

    private float[] Causal(int length)
    {
        if (causal is not null) { return causal; }
        causal = new float[length * length];
        for (var i = 0; i < length; i++) { causal.AsSpan(i * length + i + 1, length - i - 1).Fill(float.NegativeInfinity); }
        return causal;
    }

    private static int RowsAtATime(ModelShape shape, GraphPlan plan) => plan.Logits ? plan.Bucket.Rows : (int)Math.Clamp(plan.MostLogits / shape.Vocabulary, 1, plan.Bucket.Rows);

    public void Dispose() => arena.Dispose();
}
