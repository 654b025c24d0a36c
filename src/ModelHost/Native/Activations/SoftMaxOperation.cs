using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Activations;

/// <summary>softmax(x · scale + mask) of each row, where x lies, as an operation of ggml's graphs on the processor.</summary>
internal static unsafe class SoftMaxOperation
{
    private const int AllThreads = -1;

    /// <summary>A node that is computed when a graph that holds it is; x must not be read after it.</summary>
    /// <param name="mask">[n, m], repeated over further dimensions, or 0.</param>
    internal static nint Make(nint context, nint x, nint mask, float scale) => Ggml.ggml_custom_inplace(context, x, &mask, mask == 0 ? 0 : 1, &Compute, AllThreads, BitConverter.SingleToInt32Bits(scale));

    // Nothing is allocated, so that no exception can leave.
    [UnmanagedCallersOnly]
    private static void Compute(GgmlTensor* result, int thread, int threads, nint settings)
    {
        var mask = result->src1 is null ? null : (float*)result->src1->data;
        var (n, scale, rows) = (result->ne[0], BitConverter.Int32BitsToSingle((int)settings), result->ne[1] * result->ne[2] * result->ne[3]);
        for (var row = rows * thread / threads; row < rows * (thread + 1) / threads; row++) { Normalise((float*)result->data + row * n, mask is null ? null : mask + row % result->ne[1] * n, scale, n); }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalise(float* x, float* mask, float scale, long n)
    {
        var largest = Vector512.Create(float.NegativeInfinity);
        for (var i = 0L; i < n; i += Row.Vector)
        {
            var scaled = Row.Load(x + i, n - i, float.NegativeInfinity) * Vector512.Create(scale);
            if (mask is not null) { scaled += Row.Load(mask + i, n - i, 0); }
            largest = Avx512F.Max(largest, scaled); // what is no number may be passed over here: its power is none either
            Row.Store(scaled, x + i, n - i);
        }
        var most = Vector512.Create(Largest(largest));
        var (low, high) = (Vector512<double>.Zero, Vector512<double>.Zero);
        for (var i = 0L; i < n; i += Row.Vector)
        {
            var power = Exponential.Of(Row.Load(x + i, n - i, float.NegativeInfinity) - most);
            low += Avx512F.ConvertToVector512Double(power.GetLower());
            high += Avx512F.ConvertToVector512Double(power.GetUpper());
            Row.Store(power, x + i, n - i);
        }
        var share = Vector512.Create((float)(1 / Vector512.Sum(low + high)));
        for (var i = 0L; i < n; i += Row.Vector) { Row.Store(Row.Load(x + i, n - i, 0) * share, x + i, n - i); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(Vector512<float> of)
    {
        var eight = Avx.Max(of.GetLower(), of.GetUpper());
        var four = Sse.Max(eight.GetLower(), eight.GetUpper());
        var two = Sse.Max(four, Sse.MoveHighToLow(four, four));
        return Math.Max(two[0], two[1]);
    }
}
