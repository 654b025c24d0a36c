using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libggml and libggml-base: versions, devices, what computes on them and their memory.</summary>
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

    [LibraryImport(Base)] internal static partial nint ggml_backend_buft_name(nint bufferType);

    [LibraryImport(Base)] internal static partial nint ggml_backend_buffer_get_type(nint buffer);

    [LibraryImport(Base)] internal static partial nint ggml_op_name(int op);

    /// <summary>Blocks of 256 numbers as block_q8_K: scale in f32, 256 numbers of 8 bits, 16 sums of 16 bits.</summary>
    [LibraryImport(Base)] internal static partial void quantize_row_q8_K_ref(float* from, byte* to, long count);

    /// <summary>Null where the machine has none. 0 CPU, 1 GPU.</summary>
    [LibraryImport(Registry)] internal static partial nint ggml_backend_dev_by_type(int type);

    [LibraryImport(Base)] internal static partial nint ggml_backend_dev_backend_reg(nint device);

    /// <summary>A function that only some backends have, or null.</summary>
    [LibraryImport(Base, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint ggml_backend_reg_get_proc_address(nint registry, string name);

    [LibraryImport(Base)] internal static partial nint ggml_backend_dev_init(nint device, nint parameters);

    [LibraryImport(Base)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool ggml_backend_dev_supports_op(nint device, nint tensor);

    [LibraryImport(Base)] internal static partial void ggml_backend_free(nint backend);

    [LibraryImport(Base)] internal static partial nint ggml_backend_get_default_buffer_type(nint backend);

    /// <summary>0 on success.</summary>
    [LibraryImport(Base)] internal static partial int ggml_backend_graph_compute(nint backend, nint graph);

    /// <summary>Null when memory is short, or when the context has nothing to allocate.</summary>
    [LibraryImport(Base)] internal static partial nint ggml_backend_alloc_ctx_tensors_from_buft(nint context, nint bufferType);

    /// <summary>Bytes that the call above would take.</summary>
    [LibraryImport(Base)] internal static partial nuint ggml_backend_alloc_ctx_tensors_from_buft_size(nint context, nint bufferType);

    [LibraryImport(Base)] internal static partial void ggml_backend_buffer_free(nint buffer);

    [LibraryImport(Base)] internal static partial void ggml_backend_buffer_clear(nint buffer, byte value);

    [LibraryImport(Base)] internal static partial nuint ggml_backend_buffer_get_size(nint buffer);

    /// <summary>1 says that the buffer holds weights.</summary>
    [LibraryImport(Base)] internal static partial void ggml_backend_buffer_set_usage(nint buffer, int usage);

    [LibraryImport(Base)] internal static partial void ggml_backend_tensor_set(nint tensor, void* data, nuint offset, nuint size);

    [LibraryImport(Base)] internal static partial void ggml_backend_tensor_get(nint tensor, void* data, nuint offset, nuint size);
}
