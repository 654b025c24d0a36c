using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libggml-base: tensors and the operations on them. They end the process over shapes that do not fit: <see cref="Tensors.TensorArena"/> checks first.</summary>
#pragma warning disable IDE1006
internal static unsafe partial class Ggml
{
    [LibraryImport(Base)] internal static partial nint ggml_new_tensor_3d(nint context, int type, long n0, long n1, long n2);

    [LibraryImport(Base, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint ggml_set_name(nint tensor, string name);

    [LibraryImport(Base)] internal static partial void ggml_set_input(nint tensor);

    [LibraryImport(Base)] internal static partial void ggml_set_output(nint tensor);

    [LibraryImport(Base)] internal static partial void ggml_set_param(nint tensor);

    [LibraryImport(Base)] internal static partial nuint ggml_nbytes(nint tensor);

    [LibraryImport(Base)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool ggml_is_contiguous(nint tensor);

    [LibraryImport(Base)] internal static partial nint ggml_mul_mat(nint context, nint a, nint b);

    /// <summary>A tensor that a function of ours computes on the processor: with itself, the number of the thread, how many there are, and the settings. -1 tasks are as many as there are threads.</summary>
    [LibraryImport(Base)]
    internal static partial nint ggml_custom_4d(nint context, int type, long n0, long n1, long n2, long n3, nint* sources, int count, delegate* unmanaged<GgmlTensor*, int, int, nint, void> compute, int tasks, nint settings);

    /// <summary>The same where a lies: its first source is a, those named follow.</summary>
    [LibraryImport(Base)]
    internal static partial nint ggml_custom_inplace(nint context, nint a, nint* sources, int count, delegate* unmanaged<GgmlTensor*, int, int, nint, void> compute, int tasks, nint settings);

    /// <summary>10 adds in F32 where the device would add in the weights' type.</summary>
    [LibraryImport(Base)] internal static partial void ggml_mul_mat_set_prec(nint product, int precision);

    [LibraryImport(Base)] internal static partial nint ggml_out_prod(nint context, nint a, nint b);

    [LibraryImport(Base)] internal static partial nint ggml_add(nint context, nint a, nint b);

    [LibraryImport(Base)] internal static partial nint ggml_add_inplace(nint context, nint a, nint b);

    [LibraryImport(Base)] internal static partial nint ggml_mul(nint context, nint a, nint b);

    [LibraryImport(Base)] internal static partial nint ggml_scale_bias(nint context, nint a, float scale, float bias);

    [LibraryImport(Base)] internal static partial nint ggml_sum(nint context, nint a);

    [LibraryImport(Base)] internal static partial nint ggml_sqr(nint context, nint a);

    [LibraryImport(Base)] internal static partial nint ggml_log(nint context, nint a);

    [LibraryImport(Base)] internal static partial nint ggml_silu_back(nint context, nint gradient, nint input);

    [LibraryImport(Base)] internal static partial nint ggml_swiglu_split(nint context, nint gate, nint up);

    [LibraryImport(Base)] internal static partial nint ggml_rms_norm(nint context, nint a, float epsilon);

    [LibraryImport(Base)] internal static partial nint ggml_rms_norm_back(nint context, nint gradient, nint input, float epsilon);

    /// <summary>softmax(a * scale + mask) along the first dimension; the mask may be 0.</summary>
    [LibraryImport(Base)] internal static partial nint ggml_soft_max_ext(nint context, nint a, nint mask, float scale, float maxBias);

    [LibraryImport(Base)] internal static partial nint ggml_soft_max_ext_back(nint context, nint gradient, nint output, float scale, float maxBias);

    /// <summary>Mode 0 turns neighbours (llama), 2 turns halves (NeoX); the frequency factors may be 0.</summary>
    [LibraryImport(Base)]
    internal static partial nint ggml_rope_ext(nint context, nint a, nint positions, nint factors, int dimensions, int mode, int originalContext, float frequencyBase, float frequencyScale, float extension, float attention, float betaFast, float betaSlow);

    [LibraryImport(Base)]
    internal static partial nint ggml_rope_ext_back(nint context, nint a, nint positions, nint factors, int dimensions, int mode, int originalContext, float frequencyBase, float frequencyScale, float extension, float attention, float betaFast, float betaSlow);

    [LibraryImport(Base)] internal static partial nint ggml_get_rows(nint context, nint a, nint rows);

    [LibraryImport(Base)] internal static partial nint ggml_get_rows_back(nint context, nint gradient, nint rows, nint like);

    [LibraryImport(Base)] internal static partial nint ggml_set_rows(nint context, nint a, nint values, nint rows);

    /// <summary>In place. Parameters [7]: learning rate, beta 1, beta 2, epsilon, decay, 1/(1-beta1^t), 1/(1-beta2^t).</summary>
    [LibraryImport(Base)] internal static partial nint ggml_opt_step_adamw(nint context, nint a, nint gradient, nint m, nint v, nint parameters);

    [LibraryImport(Base)] internal static partial nint ggml_cont(nint context, nint a);

    [LibraryImport(Base)] internal static partial nint ggml_cast(nint context, nint a, int type);

    [LibraryImport(Base)] internal static partial nint ggml_transpose(nint context, nint a);

    [LibraryImport(Base)] internal static partial nint ggml_permute(nint context, nint a, int axis0, int axis1, int axis2, int axis3);

    [LibraryImport(Base)] internal static partial nint ggml_reshape_4d(nint context, nint a, long n0, long n1, long n2, long n3);

    /// <summary>The pointer to the function that makes floats of a type lies at offset 40; NativeLayoutTests holds it.</summary>
    [LibraryImport(Base)] internal static partial nint ggml_get_type_traits(int type);

    /// <summary>Bytes written. Some types need an importance matrix, which may be null for the others.</summary>
    [LibraryImport(Base)] internal static partial nuint ggml_quantize_chunk(int type, float* source, void* destination, long start, long rows, long rowLength, float* importance);

    [LibraryImport(Base)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool ggml_quantize_requires_imatrix(int type);
}
