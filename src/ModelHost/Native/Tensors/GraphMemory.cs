using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native.Tensors;

/// <summary>The memory in which graphs compute, one at a time: giving it to a graph takes it from the one before. It grows to the largest and stays.</summary>
public sealed unsafe class GraphMemory : SafeHandle
{
    private GraphMemory() : base(0, ownsHandle: true) { }

    public override bool IsInvalid => handle == 0;

    public long Bytes => (long)Ggml.ggml_gallocr_get_buffer_size(handle, 0);

    public static GraphMemory Create(ComputeBackend backend)
    {
        var memory = new GraphMemory();
        memory.SetHandle(Ggml.ggml_gallocr_new(backend.BufferType));
        return memory;
    }

    /// <summary>Places all tensors of a graph that have no memory yet.</summary>
    /// <exception cref="NativeCallException">Memory is short.</exception>
    public void Place(ComputeGraph graph)
    {
        using var hold = new HandleHold(this);
        NativeLog.ForgetErrors();
        // Planned anew each time: the plan of another graph of as many nodes may overwrite what this one keeps.
        if (!Ggml.ggml_gallocr_reserve(handle, graph.Native) || !Ggml.ggml_gallocr_alloc_graph(handle, graph.Native)) { throw new NativeCallException($"There is not enough memory for a graph of {graph.Nodes} nodes: {NativeLog.Errors}") { IsWantOfMemory = true }; }
        graph.Arena.Memory = this;
    }

    /// <summary>Bytes that a graph would take; nothing is allocated.</summary>
    public static long Measure(ComputeBackend backend, ComputeGraph graph)
    {
        using var planned = Create(backend); // of its own: one that only planned must not be placed with
        nuint bytes = 0;
        Ggml.ggml_gallocr_reserve_n_size(planned.handle, graph.Native, null, null, &bytes);
        return (long)bytes;
    }

    protected override bool ReleaseHandle()
    {
        Ggml.ggml_gallocr_free(handle);
        return true;
    }
}
