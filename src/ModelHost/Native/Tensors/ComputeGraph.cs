namespace Platform.ModelHost.Native.Tensors;

/// <summary>What is computed, in the order in which it was added. It lives in its arena.</summary>
public sealed unsafe class ComputeGraph
{
    private readonly TensorArena arena;
    private readonly nint native;
    private readonly int most;

    /// <param name="arena">Made with as many graph nodes.</param>
    /// <param name="nodes">Most nodes, and most tensors beside them that they are made of.</param>
    public ComputeGraph(TensorArena arena, int nodes)
    {
        (this.arena, most) = (arena, nodes);
        native = Ggml.ggml_new_graph_custom(arena.Native, (nuint)nodes, false);
    }

    internal TensorArena Arena => arena;

    internal nint Native
    {
        get
        {
            ObjectDisposedException.ThrowIf(arena.IsClosed, arena);
            return native;
        }
    }

    public int Nodes => Ggml.ggml_graph_n_nodes(Native);

    /// <summary>Adds a tensor and what it is made of, in so far as it is not there yet.</summary>
    public void Add(Tensor tensor)
    {
        if (arena.Count > most) {
            throw new InvalidOperationException($"A graph of {most} nodes is full. This is a bug."); // nodes are tensors of the arena
        }
        Ggml.ggml_build_forward_expand(Native, tensor.Native);
    }

    /// <summary>
    /// Nodes of <see cref="TensorArena.SoftMaxBackward"/> that were given the memory of the softmax that they still read. ggml's CPU kernel then computes noise;
    /// it happens where nothing uses the softmax afterwards.
    /// </summary>
    public int OverwrittenSoftMax()
    {
        var found = 0;
        for (var i = 0; i < Nodes; i++)
        {
            var node = (GgmlTensor*)Ggml.ggml_graph_node(Native, i);
            if (LlamaLibrary.Text(Ggml.ggml_op_desc((nint)node)) == "SOFT_MAX_BACK" && node->data == node->src1->data) { found++; }
        }
        return found;
    }

    /// <summary>The first operation that the backend cannot compute, or null.</summary>
    public string? Unsupported(ComputeBackend backend)
    {
        for (var i = 0; i < Nodes; i++)
        {
            var node = Ggml.ggml_graph_node(Native, i);
            if (!backend.Supports(node)) { return $"{LlamaLibrary.Text(Ggml.ggml_op_desc(node))} of {new Tensor(arena, node)}"; }
        }
        return null;
    }
}
