using System.Runtime.InteropServices;
using Platform.ModelHost.Native.Products;

namespace Platform.ModelHost.Native.Tensors;

/// <summary>What computes graphs: the CPU or a graphics card. One thread at a time.</summary>
public sealed unsafe class ComputeBackend : SafeHandle
{
    private const string Amx = "AMX";
    private const int CpuDevice = 0, GpuDevice = 1, MostThreads = 256;
    private readonly nint device;
    private readonly Dictionary<(TensorType, long, long), nint> packings = [];

    private ComputeBackend(nint device) : base(0, ownsHandle: true) => this.device = device;

    public override bool IsInvalid => handle == 0;

    public bool IsGpu { get; private init; }

    /// <summary>Whether <see cref="TensorArena.PanelProduct"/> is computed here, and faster than ggml's products: on processors with AVX-512 and without AMX.</summary>
    public bool HasPanels { get; private init; }

    internal nint BufferType
    {
        get
        {
            using var hold = new HandleHold(this);
            return Ggml.ggml_backend_get_default_buffer_type(handle);
        }
    }

    /// <param name="threads">1 to 256. More than are really free make it many times slower: ggml's threads wait for each other by spinning.</param>
    /// <param name="ownProducts">False leaves all products to ggml.</param>
    public static ComputeBackend Cpu(int threads, bool ownProducts = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MostThreads);
        var backend = Open(CpuDevice, ownProducts);
        ((delegate* unmanaged<nint, int, void>)Function(backend.device, "ggml_backend_set_n_threads"))(backend.handle, threads);
        return backend;
    }

    /// <exception cref="NativeCallException">The machine has none, or the libraries cannot use it.</exception>
    public static ComputeBackend Gpu() => Open(GpuDevice, ownProducts: false);

    /// <summary>Gives memory to all tensors of an arena that have none.</summary>
    /// <param name="isWeights">They are written once and only read afterwards.</param>
    /// <exception cref="NativeCallException">Memory is short.</exception>
    public TensorBuffer Allocate(TensorArena arena, bool isWeights = false) => Allocate(arena, BufferType, isWeights);

    /// <summary>The same in memory that keeps weights packed as <see cref="CanPack"/> said. They can be written, each in one piece, and not read.</summary>
    public TensorBuffer AllocatePacked(TensorArena arena, TensorType type, long length, long rows) =>
        Packing(type, length, rows) is var packing && packing != 0 ? Allocate(arena, packing, isWeights: true) : throw new ArgumentException($"{type} [{length}, {rows}] cannot be packed. This is a bug.");

    /// <summary>Whether this processor multiplies such weights faster when they are packed for it (AMX tiles, interleaved rows).</summary>
    public bool CanPack(TensorType type, long length, long rows) => Packing(type, length, rows) != 0;

    /// <summary>Bytes that <see cref="Allocate(TensorArena, bool)"/> would take.</summary>
    public long Measure(TensorArena arena) => (long)Ggml.ggml_backend_alloc_ctx_tensors_from_buft_size(arena.Native, BufferType);

    /// <summary>Computes a graph that has memory. Numbers of rows in its inputs must lie within what they number.</summary>
    /// <exception cref="NativeCallException">It failed.</exception>
    public void Compute(ComputeGraph graph)
    {
        using var hold = new HandleHold(this);
        using var memory = new HandleHold(graph.Arena.Memory ?? throw new InvalidOperationException("The graph has no memory. This is a bug."));
        NativeLog.ForgetErrors();
        var code = Ggml.ggml_backend_graph_compute(handle, graph.Native);
        if (code != 0) { throw new NativeCallException($"Computing a graph of {graph.Nodes} nodes failed: {NativeLog.Errors}", code); }
    }

    internal bool Supports(nint node) => Ggml.ggml_backend_dev_supports_op(device, node);

    private static TensorBuffer Allocate(TensorArena arena, nint type, bool isWeights)
    {
        NativeLog.ForgetErrors();
        var buffer = Ggml.ggml_backend_alloc_ctx_tensors_from_buft(arena.Native, type);
        if (buffer == 0) { throw new NativeCallException($"There is not enough memory for {arena.Count} tensors: {NativeLog.Errors}") { IsWantOfMemory = true }; }
        var allocated = new TensorBuffer(buffer, isWeights);
        arena.Memory = allocated;
        return allocated;
    }

    private nint Packing(TensorType type, long length, long rows)
    {
        if (packings.TryGetValue((type, length, rows), out var known)) { return known; }
        foreach (var packing in Packings(device))
        {
            if (Packs(packing, type, length, rows)) { return packings[(type, length, rows)] = packing; }
        }
        return packings[(type, length, rows)] = 0;
    }

    /// <summary>Tried on one product, for writing weights of a kind that a packing does not know ends the process.</summary>
    private bool Packs(nint packing, TensorType type, long length, long rows)
    {
        using var weights = TensorArena.Create(1);
        using var product = TensorArena.Create(2);
        var matrix = weights.New("packed", type, length, rows);
        using var buffer = Allocate(weights, packing, isWeights: true);
        return Supports(product.MatrixProduct(matrix, product.New("vectors", TensorType.F32, length, 2)).Native);
    }

    private static List<nint> Packings(nint device)
    {
        var found = new List<nint>();
        var list = (delegate* unmanaged<nint, nint*>)Function(device, "ggml_backend_dev_get_extra_bufts");
        for (var packing = list == null ? null : list(device); packing != null && *packing != 0; packing++) { found.Add(*packing); }
        return found;
    }

    private static nint Function(nint device, string name) => Ggml.ggml_backend_reg_get_proc_address(Ggml.ggml_backend_dev_backend_reg(device), name);

    private static ComputeBackend Open(int kind, bool ownProducts)
    {
        _ = LlamaLibrary.Load();
        var device = Ggml.ggml_backend_dev_by_type(kind);
        if (device == 0) { throw new NativeCallException("This machine has no graphics card that the llama.cpp libraries can use."); }
        var backend = new ComputeBackend(device) { IsGpu = kind == GpuDevice, HasPanels = ownProducts && ProductOperation.IsSupported && Packings(device).All(p => LlamaLibrary.Text(Ggml.ggml_backend_buft_name(p)) != Amx) };
        NativeLog.ForgetErrors();
        backend.SetHandle(Ggml.ggml_backend_dev_init(device, 0));
        return backend.IsInvalid ? throw new NativeCallException($"{LlamaLibrary.Text(Ggml.ggml_backend_dev_name(device))} does not start: {NativeLog.Errors}") : backend;
    }

    protected override bool ReleaseHandle()
    {
        Ggml.ggml_backend_free(handle);
        return true;
    }
}
