using Platform.ModelHost.Native.Tensors;
using Platform.Training.Batches;
using Platform.Training.Graph;

namespace Platform.Training.Tests.Graph;

/// <summary>A model with an adapter that is no longer at its start, and a batch with padding, prompts that do not count and weights that differ.</summary>
internal sealed class TrainingSite : IDisposable
{
    private readonly ComputeBackend backend;

    /// <param name="ownProducts">False leaves products to ggml, as on processors and cards that our kernels are not for.</param>
    internal TrainingSite(string path, Precision precision, LoraOptions? lora = null, bool ownProducts = true)
    {
        backend = ComputeBackend.Cpu(1, ownProducts);
        Model = BaseModel.Load(path, precision, backend, TestContext.Current.CancellationToken);
        Adapter = LoraWeights.Create(Model, lora ?? new LoraOptions(), seed: 3);
        Shelf = new GraphShelf(Model);
        var random = new Random(11);
        foreach (var b in Adapter.Trained.Where(t => t.Name.EndsWith(".lora_b", StringComparison.Ordinal))) { b.Value.Write([.. Enumerable.Range(0, (int)b.Value.Elements).Select(_ => (float)(random.NextDouble() - 0.5) * 0.1f)]); }
    }

    internal BaseModel Model { get; }

    internal LoraWeights Adapter { get; }

    internal GraphShelf Shelf { get; }

    internal Batch Batch(int texts = 3, long? dropoutPlace = null)
    {
        var random = new Random(5);
        var examples = Enumerable.Range(0, texts).Select(i =>
        {
            var tokens = Enumerable.Range(0, 20 + 4 * i).Select(_ => random.Next(Model.Shape.Vocabulary)).ToArray();
            return new Example($"row {i}", tokens, [.. tokens.Select((_, at) => at < 6 ? 0 : at % 5 == 0 ? 0.5f : 1f)]);
        }).ToArray();
        return Platform.Training.Batches.Batch.Of(examples, 1 / examples.Sum(e => e.Weight), dropoutPlace);
    }

    internal float[] Forward(Batch batch) => Shelf.For(new GraphPlan(batch.Bucket, Adapter, Backward: false)).Run(batch);

    /// <summary>Gradients by name.</summary>
    internal Dictionary<string, float[]> Backward(Batch batch, bool recompute = false, float lossScale = 1)
    {
        Adapter.ClearGradients();
        Shelf.For(new GraphPlan(batch.Bucket, Adapter, Backward: true, recompute)).Run(batch, lossScale);
        return Adapter.Trained.ToDictionary(t => t.Name, t => t.Gradient.ToArray());
    }

    public void Dispose()
    {
        Shelf.Dispose();
        Adapter.Dispose();
        Model.Dispose();
        backend.Dispose();
    }
}
