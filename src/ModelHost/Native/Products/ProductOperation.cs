using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Products;

/// <summary>Our products as an operation of ggml's graphs on the processor: the result's sources are left and right, and perhaps a second pair whose product is added.</summary>
internal static unsafe class ProductOperation
{
    private const int AllThreads = -1;
    private const nint Short = 1, Turned = 2;

    internal static bool IsSupported => Avx512BW.IsSupported && Avx512F.IsSupported && Avx2.IsSupported;

    /// <summary>Whether a tensor's numbers lie in order along its first or its second dimension, in a type that can be read.</summary>
    internal static bool Reads(nint tensor)
    {
        var t = (GgmlTensor*)tensor;
        var size = Ggml.ggml_type_size(t->type);
        return (t->nb[0] == size || t->nb[1] == size) && ProductSide.CanRead(t->type);
    }

    /// <summary>A node that is computed when a graph that holds it is.</summary>
    /// <param name="sources">Left [k, lanes] and right [k, rows], then perhaps the second pair; either may be transposed.</param>
    /// <param name="isShort">Multiplies the first pair in whole numbers.</param>
    /// <param name="isTurned">The first is [lanes, k] instead.</param>
    /// <param name="n0">The result's shape, [lanes, rows, …].</param>
    internal static nint Make(nint context, ReadOnlySpan<nint> sources, long n0, long n1, long n2, long n3, bool isShort, bool isTurned)
    {
        fixed (nint* first = sources) { return Ggml.ggml_custom_4d(context, 0, n0, n1, n2, n3, first, sources.Length, &Compute, AllThreads, (isShort ? Short : 0) | (isTurned ? Turned : 0)); }
    }

    // What is allocated here is small and of a fixed size; no exception but the lack of memory, which ends the process, can leave.
    [UnmanagedCallersOnly]
    private static void Compute(GgmlTensor* result, int thread, int threads, nint settings)
    {
        GgmlTensor* second = (GgmlTensor*)result->other_src[0], third = (GgmlTensor*)result->other_src[1];
        Multiply(result, result->src0, result->src1, thread, threads, adds: false, settings);
        if (second is not null) { Multiply(result, second, third, thread, threads, adds: true, 0); }
    }

    private static void Multiply(GgmlTensor* result, GgmlTensor* left, GgmlTensor* right, int thread, int threads, bool adds, nint settings)
    {
        var (first, end) = (Border(right->ne[1], thread, threads), Border(right->ne[1], thread + 1, threads));
        if (first == end) { return; }
        var (line, stride) = ((long)result->nb[1], (nint)(result->nb[1] / sizeof(float)));
        for (var third = 0L; third < right->ne[3]; third++)
        {
            for (var second = 0L; second < right->ne[2]; second++)
            {
                var to = (byte*)result->data + first * line + second * (long)result->nb[2] + third * (long)result->nb[3];
                var ofLeft = new ProductSide(left, second / (right->ne[2] / left->ne[2]), third, (settings & Turned) != 0);
                Product.Multiply(ofLeft, new ProductSide(right, second, third).From(first), result->ne[0], end - first, right->ne[0], (float*)to, stride, adds, (settings & Short) != 0);
            }
        }
    }

    // Each thread takes rows, and unpacks the left side for itself: that needs no waiting.
    private static long Border(long rows, int thread, int threads) => thread == threads ? rows : rows * thread / threads / ShortTile.Rows * ShortTile.Rows;
}
