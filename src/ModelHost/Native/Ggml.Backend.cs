using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libggml and libggml-base: versions and devices.</summary>
#pragma warning disable IDE1006
internal static unsafe partial class Ggml
{
    private const string Base = "ggml-base", Registry = "ggml";

    [LibraryImport(Base)] internal static partial nint ggml_version();

    [LibraryImport(Base)] internal static partial nint ggml_commit();

    [LibraryImport(Base)] internal static partial nuint ggml_tensor_overhead();

    [LibraryImport(Base)] internal static partial nint ggml_set_abort_callback(delegate* unmanaged<byte*, void> callback);

    [LibraryImport(Base)] internal static partial long ggml_blck_size(int type);

    [LibraryImport(Base)] internal static partial nuint ggml_type_size(int type);

    [LibraryImport(Base)] internal static partial nint ggml_type_name(int type);

    [LibraryImport(Registry, StringMarshalling = StringMarshalling.Utf8)] internal static partial void ggml_backend_load_all_from_path(string directory);

    [LibraryImport(Registry)] internal static partial nuint ggml_backend_dev_count();

    [LibraryImport(Registry)] internal static partial nint ggml_backend_dev_get(nuint index);

    [LibraryImport(Base)] internal static partial nint ggml_backend_dev_name(nint device);

    [LibraryImport(Base)] internal static partial nint ggml_backend_dev_description(nint device);

    [LibraryImport(Base)] internal static partial void ggml_backend_dev_memory(nint device, out nuint free, out nuint total);

    /// <summary>0 CPU, 1 GPU, 2 integrated GPU, 3 accelerator.</summary>
    [LibraryImport(Base)] internal static partial int ggml_backend_dev_type(nint device);

    [LibraryImport(Registry)] internal static partial void ggml_backend_register(nint registration);

    [LibraryImport(Base)] internal static partial nint ggml_backend_cpu_buffer_type();

    [LibraryImport(Base)] internal static partial byte ggml_backend_buft_is_host(nint bufferType);

    [LibraryImport(Base)] internal static partial nint ggml_op_name(int op);

    [LibraryImport(Base)] internal static partial int ggml_graph_n_nodes(nint graph);

    [LibraryImport(Base)] internal static partial nint ggml_graph_node(nint graph, int index);

    /// <summary>Blocks of 256 numbers as block_q8_K: scale in f32, 256 numbers of 8 bits, 16 sums of 16 bits.</summary>
    [LibraryImport(Base)] internal static partial void quantize_row_q8_K_ref(float* from, byte* to, long count);
}
