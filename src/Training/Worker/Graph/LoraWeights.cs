using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>An adapter in training.</summary>
public sealed class LoraWeights : IDisposable
{
    private readonly TensorArena values, gradients;
    private readonly TensorBuffer? valueMemory, gradientMemory;
    private readonly Dictionary<(int Layer, Projection), LoraMatrix> matrices = [];
    private readonly long seed;

    private LoraWeights(ModelShape shape, LoraOptions options, ComputeBackend backend, long seed, bool isOutline)
    {
        (Options, this.seed) = (options.Checked(shape.Layers), seed);
        FirstLayer = options.LastLayers == 0 ? 0 : shape.Layers - options.LastLayers;
        var count = shape.Layers * options.Targets.Count;
        values = TensorArena.Create(7 * count + 1);
        gradients = TensorArena.Create(2 * count + 1);
        for (var layer = FirstLayer; layer < shape.Layers; layer++)
        {
            foreach (var target in options.Targets.Order()) { matrices[(layer, target)] = Matrix(ProjectionNames.Tensor(layer, target) + ".weight", shape.SizeOf(target)); }
        }
        Trained = [.. matrices.Values.SelectMany(m => (TrainedTensor[])[m.A, m.B])];
        Bytes = backend.Measure(values) + backend.Measure(gradients);
        if (isOutline)
        {
            values.Pretend();
            gradients.Pretend();
            return;
        }
        valueMemory = backend.Allocate(values);
        gradientMemory = backend.Allocate(gradients);
        valueMemory.Clear();
        gradientMemory.Clear();
        Start();
    }

    public LoraOptions Options { get; }

    /// <summary>The lowest layer that it changes.</summary>
    public int FirstLayer { get; }

    /// <summary>All of it, in a fixed order: by layer, by projection, A before B.</summary>
    public IReadOnlyList<TrainedTensor> Trained { get; }

    /// <summary>Bytes of weights, moments and gradients.</summary>
    public long Bytes { get; }

    public static LoraWeights Create(BaseModel model, LoraOptions options, long seed) => new(model.Shape, options, model.Backend, seed, isOutline: false);

    /// <summary>The adapter without its numbers, to measure what training it would take.</summary>
    public static LoraWeights Outline(BaseModel model, LoraOptions options) => new(model.Shape, options, model.Backend, 0, isOutline: true);

    internal LoraMatrix? Of(int layer, Projection projection) => matrices.GetValueOrDefault((layer, projection));

    internal IEnumerable<LoraMatrix> Matrices => matrices.Values;

    public void ClearGradients() => gradientMemory!.Clear();

    /// <summary>Draws what each A does not see in a micro-batch. Without dropout nothing is done.</summary>
    /// <param name="place">Number of the micro-batch in the whole training; null sees everything.</param>
    internal void Drop(long? place)
    {
        if (Options.Dropout == 0) { return; }
        var random = RandomStream.At(seed, RandomStream.Purpose.Dropout, place ?? 0);
        foreach (var matrix in matrices.Values)
        {
            var mask = new float[matrix.DropoutMask!.Elements];
            for (var i = 0; i < mask.Length; i++) { mask[i] = place is null ? 1 : random.NextShare() < Options.Dropout ? 0 : 1 / (1 - Options.Dropout); }
            matrix.DropoutMask.Write(mask);
        }
    }

    /// <summary>A by chance, B zero: the adapter begins without effect.</summary>
    private void Start()
    {
        var random = RandomStream.At(seed, RandomStream.Purpose.Weights, 0);
        foreach (var matrix in matrices.Values)
        {
            var numbers = new float[matrix.A.Value.Elements];
            var reach = 1 / Math.Sqrt(matrix.A.Value.Length(0));
            for (var i = 0; i < numbers.Length; i++) { numbers[i] = (float)((2 * random.NextShare() - 1) * reach); }
            matrix.A.Value.Write(numbers);
        }
        Drop(null);
    }

    private LoraMatrix Matrix(string name, (int In, int Out) size) =>
        new(name, Tensor(name + ".lora_a", size.In, Options.Rank), Tensor(name + ".lora_b", Options.Rank, size.Out), Options.Dropout > 0 ? values.New(name + ".mask", TensorType.F32, size.In) : null);

    private TrainedTensor Tensor(string name, int length, int rows) => new(name, values.Parameter(name, length, rows), gradients.New(name + ".gradient", TensorType.F32, length, rows),
        values.New(name + ".m", TensorType.F32, length, rows), values.New(name + ".v", TensorType.F32, length, rows));

    public void Dispose()
    {
        valueMemory?.Dispose();
        gradientMemory?.Dispose();
        values.Dispose();
        gradients.Dispose();
    }
}
