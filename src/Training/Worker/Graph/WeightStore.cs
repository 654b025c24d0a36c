using Platform.ModelHost.Native.Gguf;
using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>Places the tensors of a model file in memory: as they lie, packed for the processor, or transposed. First all are asked for, then <see cref="Load"/> reads them.</summary>
internal sealed class WeightStore(GgufHeader header, string path, ComputeBackend backend) : IDisposable
{
    private readonly Dictionary<string, GgufTensor> table = header.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    private readonly TensorArena plain = TensorArena.Create(3 * header.Tensors.Count + 1);
    private readonly Dictionary<(TensorType, long, long), TensorArena> packed = [];
    private readonly Dictionary<string, List<(Tensor Tensor, bool IsTransposed)>> wanted = [];
    private readonly List<TensorBuffer> buffers = [];

    internal bool Has(string name) => table.ContainsKey(name);

    /// <summary>Bytes that the weights take, or would take.</summary>
    internal long Bytes { get; private set; }

    /// <exception cref="TrainingException">The file lacks it, or it has another shape.</exception>
    internal TensorType TypeOf(string name, long length, long rows)
    {
        if (!table.TryGetValue(name, out var tensor)) { throw new TrainingException(TrainingFault.Model, $"The model has no '{name}', which its architecture needs."); }
        var found = (tensor.Shape[0], tensor.Shape.Count > 1 ? tensor.Shape[1] : 1);
        return found == (length, rows) && tensor.Shape.Count <= 2 ? (TensorType)tensor.Type
            : throw new TrainingException(TrainingFault.Model, $"The tensor '{name}' is {string.Join(" x ", tensor.Shape)}; {length} x {rows} was expected.");
    }

    /// <summary>The tensor as it lies in the file.</summary>
    internal Tensor Plain(string name, long length, long rows) => Want(name, plain.New(name, TypeOf(name, length, rows), length, rows));

    /// <summary>The tensor as F32: norms, biases, frequencies.</summary>
    internal Tensor Vector(string name, long length)
    {
        TypeOf(name, length, 1);
        return Want(name, plain.New(name, TensorType.F32, length));
    }

    /// <summary>The tensor for products only: packed where the processor has a packing for it.</summary>
    internal Tensor Multiplied(string name, long length, long rows)
    {
        var type = TypeOf(name, length, rows);
        return Want(name, Room(type, length, rows).New(name, type, length, rows));
    }

    /// <summary>The tensor's transpose [rows, length] for products only, in a type.</summary>
    internal Tensor Transposed(string name, long length, long rows, TensorType type)
    {
        TypeOf(name, length, rows);
        return Want(name, Room(type, rows, length).New(name + ".t", type, rows, length), isTransposed: true);
    }

    /// <summary>Gives memory to all tensors and fills them from the file.</summary>
    internal void Load(CancellationToken cancellation)
    {
        Bytes = Needed();
        buffers.Add(backend.Allocate(plain, isWeights: true));
        foreach (var ((type, length, rows), arena) in packed) { buffers.Add(backend.AllocatePacked(arena, type, length, rows)); }
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        foreach (var (name, tensors) in wanted.OrderBy(w => table[w.Key].Offset))
        {
            cancellation.ThrowIfCancellationRequested();
            Fill(file, table[name], tensors);
        }
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // the copies on the way are as large as the weights
    }

    /// <summary>Lets all tensors count as present, to measure graphs.</summary>
    internal void Pretend()
    {
        Bytes = Needed();
        plain.Pretend();
        foreach (var arena in packed.Values) { arena.Pretend(); }
    }

    private long Needed() => backend.Measure(plain) + packed.Values.Sum(backend.Measure);

    private void Fill(Microsoft.Win32.SafeHandles.SafeFileHandle file, GgufTensor tensor, List<(Tensor Tensor, bool IsTransposed)> copies)
    {
        if (tensor.Bytes > Array.MaxLength) { throw new TrainingException(TrainingFault.Model, $"The tensor '{tensor.Name}' has {tensor.Bytes} bytes; {Array.MaxLength} is the most that is trained here."); }
        var bytes = new byte[tensor.Bytes];
        for (var read = 0; read < bytes.Length;)
        {
            var part = RandomAccess.Read(file, bytes.AsSpan(read), header.DataOffset + tensor.Offset + read);
            if (part == 0) { throw new TrainingException(TrainingFault.Model, $"The model's file ends in the middle of '{tensor.Name}'. It changed while it was read."); }
            read += part;
        }
        float[]? floats = null;
        foreach (var (copy, isTransposed) in copies)
        {
            if (!isTransposed && copy.Type == (TensorType)tensor.Type)
            {
                copy.WriteBytes(bytes);
                continue;
            }
            floats ??= Floats(tensor, bytes);
            var length = (int)copy.Length(0);
            var numbers = isTransposed ? Transpose(floats, (int)tensor.Shape[0], length) : floats;
            if (copy.Type == TensorType.F32) { copy.Write(numbers); } else { copy.WriteBytes(TensorData.FromFloats(copy.Type, numbers, length)); }
        }
    }

    private static float[] Floats(GgufTensor tensor, byte[] bytes)
    {
        var floats = new float[tensor.Shape.Aggregate(1L, (a, b) => a * b)];
        TensorData.ToFloats((TensorType)tensor.Type, bytes, floats);
        return floats;
    }

    /// <summary>In blocks, so that both sides stay in the cache.</summary>
    private static float[] Transpose(float[] source, int length, int rows)
    {
        const int Block = 32;
        var target = new float[source.Length];
        for (var row = 0; row < rows; row += Block)
        {
            for (var column = 0; column < length; column += Block)
            {
                for (var i = row; i < Math.Min(row + Block, rows); i++)
                {
                    for (var j = column; j < Math.Min(column + Block, length); j++) { target[(long)j * rows + i] = source[(long)i * length + j]; }
                }
            }
        }
        return target;
    }

    private TensorArena Room(TensorType type, long length, long rows)
    {
        if (!backend.CanPack(type, length, rows)) { return plain; }
        if (!packed.TryGetValue((type, length, rows), out var arena)) { packed[(type, length, rows)] = arena = TensorArena.Create(2 * header.Tensors.Count); }
        return arena;
    }

    private Tensor Want(string name, Tensor tensor, bool isTransposed = false)
    {
        if (!wanted.TryGetValue(name, out var tensors)) { wanted[name] = tensors = []; }
        tensors.Add((tensor, isTransposed));
        return tensor;
    }

    public void Dispose()
    {
        foreach (var buffer in buffers) { buffer.Dispose(); }
        foreach (var arena in packed.Values) { arena.Dispose(); }
        plain.Dispose();
    }
}
