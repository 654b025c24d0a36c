using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Activations;

/// <summary>The gradient of silu(gate) · up at the gate, as an operation of ggml's graphs on the processor: gradient · up · σ(gate) · (1 + gate · (1 - σ(gate))).</summary>
internal static unsafe class SwiGluGradient
{
    private const int AllThreads = -1, Part = 1_024;

    /// <summary>A node that is computed when a graph that holds it is. All three lie in order and are as large.</summary>
    internal static nint Make(nint context, nint gradient, nint gate, nint up)
    {
        var shape = ((GgmlTensor*)gradient)->ne;
        ReadOnlySpan<nint> sources = [gradient, gate, up];
        fixed (nint* first = sources) { return Ggml.ggml_custom_4d(context, 0, shape[0], shape[1], shape[2], shape[3], first, sources.Length, &Compute, AllThreads, 0); }
    }

    // Nothing is allocated, so that no exception can leave.
    [UnmanagedCallersOnly]
    private static void Compute(GgmlTensor* result, int thread, int threads, nint settings)
    {
        var count = result->ne[0] * result->ne[1] * result->ne[2] * result->ne[3];
        var parts = (count + Part - 1) / Part;
        var (first, end) = (parts * thread / threads * Part, Math.Min(count, parts * (thread + 1) / threads * Part));
        Multiply((float*)result->src0->data, (float*)result->src1->data, (float*)((GgmlTensor*)result->other_src[0])->data, first, end, (float*)result->data);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* gradient, float* gate, float* up, long first, long end, float* to)
    {
        var one = Vector512.Create(1f);
        for (var i = first; i < end; i += Row.Vector)
        {
            var g = Row.Load(gate + i, end - i, 0);
            var share = one / (one + Exponential.Of(-g));
            var slope = share * Avx512F.FusedMultiplyAdd(g, one - share, one);
            Row.Store(Row.Load(gradient + i, end - i, 0) * Row.Load(up + i, end - i, 0) * slope, to + i, end - i);
        }
    }
}
