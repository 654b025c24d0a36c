using Platform.ModelHost.Native.Gguf;
using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>The weights of one layer.</summary>
/// <param name="QueryNorm">[head], or null where the architecture has none.</param>
/// <param name="Matrices">By <see cref="Projection"/>.</param>
public sealed record LayerWeights(Tensor AttentionNorm, Tensor InnerNorm, Tensor? QueryNorm, Tensor? KeyNorm, IReadOnlyList<FrozenMatrix> Matrices);

/// <summary>A model's weights, frozen, in memory.</summary>
public sealed class BaseModel : IDisposable
{
    private const string Embeddings = "token_embd.weight", OwnHead = "output.weight", Frequencies = "rope_freqs.weight";
    private readonly WeightStore store;

    private BaseModel(ModelShape shape, WeightStore store, Precision precision, ComputeBackend backend)
    {
        (Shape, this.store, Backend) = (shape, store, backend);
        Embedding = store.Plain(Embeddings, shape.Width, shape.Vocabulary);
        OutputNorm = store.Vector("output_norm.weight", shape.Width);
        Head = HeadOf(precision);
        Layers = [.. Enumerable.Range(0, shape.Layers).Select(layer => Layer(layer, precision))];
        Rotation = new Rotation(shape.RopeDimensions, shape.IsNeox, shape.RopeBase, shape.RopeScale, store.Has(Frequencies) ? store.Vector(Frequencies, shape.RopeDimensions / 2) : null);
    }

    public ModelShape Shape { get; }

    public ComputeBackend Backend { get; }

    /// <summary>Bytes that its weights and their transposed copies take.</summary>
    public long Bytes => store.Bytes;

    /// <summary>What products with its matrices round their inputs to.</summary>
    public Rounding Rounding => Layers.SelectMany(l => l.Matrices).Append(Head).Max(m => m.Weight.Type switch
    {
        TensorType.F32 => Backend.IsGpu ? Rounding.Half : Rounding.None,
        TensorType.F16 => Rounding.Half,
        _ => Rounding.Coarse,
    });

    internal Tensor Embedding { get; }

    internal Tensor OutputNorm { get; }

    internal FrozenMatrix Head { get; }

    internal IReadOnlyList<LayerWeights> Layers { get; }

    internal Rotation Rotation { get; }

    /// <summary>Reads a model file that <see cref="GgufCheck"/> passes.</summary>
    /// <exception cref="TrainingException">It is of a kind that is not trained here.</exception>
    public static BaseModel Load(string path, Precision precision, ComputeBackend backend, CancellationToken cancellation) => Open(path, precision, backend, store => store.Load(cancellation));

    /// <summary>The model without its weights, to measure what training it would take.</summary>
    public static BaseModel Outline(string path, Precision precision, ComputeBackend backend) => Open(path, precision, backend, store => store.Pretend());

    private static BaseModel Open(string path, Precision precision, ComputeBackend backend, Action<WeightStore> fill)
    {
        var header = GgufReader.Read(path);
        GgufCheck.Run(header);
        var store = new WeightStore(header, path, backend);
        try
        {
            var model = new BaseModel(ModelShape.Read(header), store, precision, backend);
            fill(store);
            return model;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private FrozenMatrix HeadOf(Precision precision)
    {
        var name = store.Has(OwnHead) ? OwnHead : Embeddings;
        if (Backend.HasPanels || precision == Precision.Exact) { return new FrozenMatrix(name, name == Embeddings ? Embedding : store.Plain(name, Shape.Width, Shape.Vocabulary), null, null, precision); }
        var type = store.TypeOf(name, Shape.Width, Shape.Vocabulary);
        var isShared = name == Embeddings && !Backend.CanPack(type, Shape.Width, Shape.Vocabulary);
        var weight = isShared ? Embedding : store.Multiplied(name, Shape.Width, Shape.Vocabulary);
        return new FrozenMatrix(name, weight, store.Transposed(name, Shape.Width, Shape.Vocabulary, TransposedType(type, Shape.Width, Shape.Vocabulary)), null, precision);
    }

    private LayerWeights Layer(int layer, Precision precision)
    {
        var (first, second) = ($"blk.{layer}.attn_norm.weight", $"blk.{layer}.ffn_norm.weight");
        return new LayerWeights(store.Vector(first, Shape.Width), store.Vector(second, Shape.Width), HeadNorm($"blk.{layer}.attn_q_norm.weight"), HeadNorm($"blk.{layer}.attn_k_norm.weight"),
            [.. ProjectionNames.All.Select(projection => Matrix(ProjectionNames.Tensor(layer, projection), Shape.SizeOf(projection), precision))]);
    }

    private Tensor? HeadNorm(string name) => Shape.Architecture == "qwen3" ? store.Vector(name, Shape.HeadWidth) : null;

    private FrozenMatrix Matrix(string name, (int In, int Out) size, Precision precision)
    {
        var weight = name + ".weight";
        var bias = store.Has(name + ".bias") ? store.Vector(name + ".bias", size.Out) : null;
        if (Backend.HasPanels || precision == Precision.Exact) { return new FrozenMatrix(weight, store.Plain(weight, size.In, size.Out), null, bias, precision); }
        var type = store.TypeOf(weight, size.In, size.Out);
        return new FrozenMatrix(weight, store.Multiplied(weight, size.In, size.Out), store.Transposed(weight, size.In, size.Out, TransposedType(type, size.In, size.Out)), bias, precision);
    }

    /// <summary>
    /// F32 stays; else Q8 where the processor packs it, else BF16, whose exponents hold the smallest gradients. Rows of the transpose are as long as the matrix is high:
    /// they need not pack as the weights do (K-quants take 256 at a time), and ggml does not check.
    /// </summary>
    private TensorType TransposedType(TensorType type, long length, long rows) =>
        type == TensorType.F32 ? TensorType.F32
        : type is not (TensorType.F16 or TensorType.BF16) && TensorData.FitsRow(TensorType.Q8, rows) && Backend.CanPack(TensorType.Q8, rows, length) ? TensorType.Q8 : TensorType.BF16;

    public void Dispose() => store.Dispose();
}
