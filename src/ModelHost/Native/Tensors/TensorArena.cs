using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native.Tensors;

/// <summary>Holds tensors, without their numbers, and makes new ones of them. One thread at a time. Whatever ggml would end the process over is refused here with an <see cref="ArgumentException"/>.</summary>
public sealed unsafe partial class TensorArena : SafeHandle
{
    private const nint PretendedMemory = 64;
    private readonly int most;
    private int made;

    private TensorArena(int most) : base(0, ownsHandle: true) => this.most = most;

    public override bool IsInvalid => handle == 0;

    /// <summary>Tensors that it holds.</summary>
    public int Count => made;

    /// <summary>What the numbers of its tensors lie in; null before it has any.</summary>
    internal SafeHandle? Memory { get; set; }

    internal nint Native
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    /// <param name="most">Most tensors, those that operations make included.</param>
    /// <param name="graphNodes">Most nodes of the one graph that it can hold; 0 for none.</param>
    /// <exception cref="NativeCallException">There is not enough memory.</exception>
    public static TensorArena Create(int most, int graphNodes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        ArgumentOutOfRangeException.ThrowIfNegative(graphNodes);
        _ = LlamaLibrary.Load();
        var bytes = Ggml.ggml_tensor_overhead() * (nuint)most + (graphNodes > 0 ? Ggml.ggml_graph_overhead_custom((nuint)graphNodes, false) : 0) + 4096;
        var arena = new TensorArena(most);
        arena.SetHandle(Ggml.ggml_init(new GgmlInitParams { mem_size = bytes, no_alloc = true }));
        if (!arena.IsInvalid) { return arena; }
        arena.Dispose();
        throw new NativeCallException($"There is no memory for {most} tensors.");
    }

    /// <summary>A tensor without numbers yet.</summary>
    /// <param name="name">At most 63 bytes.</param>
    public Tensor New(string name, TensorType type, long n0, long n1 = 1, long n2 = 1)
    {
        Check(n0 > 0 && n1 > 0 && n2 > 0 && n0 < int.MaxValue && n1 < int.MaxValue && n2 < int.MaxValue, "new", $"{name} [{n0}, {n1}, {n2}]");
        Check(TensorData.FitsRow(type, n0), "new", $"{name}: rows of {n0} do not pack as {type}");
        var tensor = Made(Ggml.ggml_new_tensor_3d(Room(), (int)type, n0, n1, n2));
        Ggml.ggml_set_name(tensor.Native, name);
        return tensor;
    }

    /// <summary>A tensor that is written before each computation.</summary>
    public Tensor Input(string name, TensorType type, long n0, long n1 = 1, long n2 = 1)
    {
        var tensor = New(name, type, n0, n1, n2);
        Ggml.ggml_set_input(tensor.Native);
        return tensor;
    }

    /// <summary>A tensor that the optimiser may change.</summary>
    public Tensor Parameter(string name, long n0, long n1)
    {
        var tensor = New(name, TensorType.F32, n0, n1);
        Ggml.ggml_set_param(tensor.Native);
        return tensor;
    }

    /// <summary>Lets its tensors count as having memory, so that graphs of them can be measured and not computed.</summary>
    public void Pretend()
    {
        for (var tensor = Ggml.ggml_get_first_tensor(Native); tensor != 0; tensor = Ggml.ggml_get_next_tensor(Native, tensor)) { ((GgmlTensor*)tensor)->data = (void*)PretendedMemory; }
    }

    internal Tensor Made(nint tensor) => new(this, tensor);

    /// <summary>ggml ends the process when a context is full.</summary>
    private nint Room()
    {
        if (made >= most) { throw new InvalidOperationException($"An arena of {most} tensors is full. This is a bug."); }
        made++;
        return Native;
    }

    private static void Check(bool fits, string operation, string what)
    {
        if (!fits) { throw new ArgumentException($"{operation} does not take {what}. This is a bug."); }
    }

    protected override bool ReleaseHandle()
    {
        Ggml.ggml_free(handle);
        return true;
    }
}
