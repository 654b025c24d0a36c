using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libggml-base: contexts that hold tensors, graphs of them and the memory that a graph works in.</summary>
#pragma warning disable IDE1006
internal static partial class Ggml
{
    [LibraryImport(Base)] internal static partial nint ggml_init(GgmlInitParams parameters);

    [LibraryImport(Base)] internal static partial void ggml_free(nint context);

    [LibraryImport(Base)] internal static partial nint ggml_get_first_tensor(nint context);

    [LibraryImport(Base)] internal static partial nint ggml_get_next_tensor(nint context, nint tensor);

    [LibraryImport(Base)] internal static partial nuint ggml_graph_overhead_custom(nuint nodes, [MarshalAs(UnmanagedType.U1)] bool gradients);

    [LibraryImport(Base)] internal static partial nint ggml_new_graph_custom(nint context, nuint nodes, [MarshalAs(UnmanagedType.U1)] bool gradients);

    [LibraryImport(Base)] internal static partial void ggml_build_forward_expand(nint graph, nint tensor);

    [LibraryImport(Base)] internal static partial int ggml_graph_n_nodes(nint graph);

    [LibraryImport(Base)] internal static partial nint ggml_graph_node(nint graph, int index);

    [LibraryImport(Base)] internal static partial nint ggml_op_desc(nint tensor);

    [LibraryImport(Base)] internal static partial nint ggml_gallocr_new(nint bufferType);

    [LibraryImport(Base)] internal static partial void ggml_gallocr_free(nint allocator);

    /// <summary>Plans where each tensor lies, and grows the memory. False when it is short.</summary>
    [LibraryImport(Base)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool ggml_gallocr_reserve(nint allocator, nint graph);

    /// <summary>Keeps the last plan for any graph of as many nodes that fits in it, whatever else differs. False when memory is short.</summary>
    [LibraryImport(Base)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool ggml_gallocr_alloc_graph(nint allocator, nint graph);

    /// <summary>Bytes that the graph would take; nothing is allocated.</summary>
    [LibraryImport(Base)] internal static unsafe partial void ggml_gallocr_reserve_n_size(nint allocator, nint graph, int* nodeBuffers, int* leafBuffers, nuint* sizes);

    [LibraryImport(Base)] internal static partial nuint ggml_gallocr_get_buffer_size(nint allocator, int buffer);
}
