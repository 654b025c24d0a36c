using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Products;

/// <summary>Eight rows by up to 48 lanes in F32: 24 sums stay in registers while the numbers pass, which is what the processor can multiply at most.</summary>
internal static unsafe class FloatTile
{
    /// <summary>Most lanes of a tile.</summary>
    internal const int Panel = 48;

    /// <summary>to[row, lane] = Σ_k x[row, k] · w[k, lane].</summary>
    /// <param name="x">Eight rows.</param>
    /// <param name="row">Numbers from one row of x to the next.</param>
    /// <param name="step">Numbers from one k of x to the next.</param>
    /// <param name="w">16 · W.Vectors lanes one after the other.</param>
    /// <param name="next">Numbers from one k of w to the next.</param>
    /// <param name="stride">Numbers from one row of the result to the next.</param>
    /// <param name="adds">Adds to what is there.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply<W>(float* x, nint row, nint step, float* w, nint next, int k, float* to, nint stride, bool adds) where W : ITileWidth
    {
        var (a0, a1, a2, a3, a4, a5, a6, a7) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (b0, b1, b2, b3, b4, b5, b6, b7) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (c0, c1, c2, c3, c4, c5, c6, c7) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (; k > 0; k--, x += step, w += next)
        {
            var (u, v, s) = (Vector512.Load(w), W.Vectors > 1 ? Vector512.Load(w + 16) : default, W.Vectors > 2 ? Vector512.Load(w + 32) : default);
            var x0 = Vector512.Create(x[0 * row]);
            a0 = Avx512F.FusedMultiplyAdd(x0, u, a0);
            if (W.Vectors > 1) { b0 = Avx512F.FusedMultiplyAdd(x0, v, b0); }
            if (W.Vectors > 2) { c0 = Avx512F.FusedMultiplyAdd(x0, s, c0); }
            var x1 = Vector512.Create(x[1 * row]);
            a1 = Avx512F.FusedMultiplyAdd(x1, u, a1);
            if (W.Vectors > 1) { b1 = Avx512F.FusedMultiplyAdd(x1, v, b1); }
            if (W.Vectors > 2) { c1 = Avx512F.FusedMultiplyAdd(x1, s, c1); }
            var x2 = Vector512.Create(x[2 * row]);
            a2 = Avx512F.FusedMultiplyAdd(x2, u, a2);
            if (W.Vectors > 1) { b2 = Avx512F.FusedMultiplyAdd(x2, v, b2); }
            if (W.Vectors > 2) { c2 = Avx512F.FusedMultiplyAdd(x2, s, c2); }
            var x3 = Vector512.Create(x[3 * row]);
            a3 = Avx512F.FusedMultiplyAdd(x3, u, a3);
            if (W.Vectors > 1) { b3 = Avx512F.FusedMultiplyAdd(x3, v, b3); }
            if (W.Vectors > 2) { c3 = Avx512F.FusedMultiplyAdd(x3, s, c3); }
            var x4 = Vector512.Create(x[4 * row]);
            a4 = Avx512F.FusedMultiplyAdd(x4, u, a4);
            if (W.Vectors > 1) { b4 = Avx512F.FusedMultiplyAdd(x4, v, b4); }
            if (W.Vectors > 2) { c4 = Avx512F.FusedMultiplyAdd(x4, s, c4); }
            var x5 = Vector512.Create(x[5 * row]);
            a5 = Avx512F.FusedMultiplyAdd(x5, u, a5);
            if (W.Vectors > 1) { b5 = Avx512F.FusedMultiplyAdd(x5, v, b5); }
            if (W.Vectors > 2) { c5 = Avx512F.FusedMultiplyAdd(x5, s, c5); }
            var x6 = Vector512.Create(x[6 * row]);
            a6 = Avx512F.FusedMultiplyAdd(x6, u, a6);
            if (W.Vectors > 1) { b6 = Avx512F.FusedMultiplyAdd(x6, v, b6); }
            if (W.Vectors > 2) { c6 = Avx512F.FusedMultiplyAdd(x6, s, c6); }
            var x7 = Vector512.Create(x[7 * row]);
            a7 = Avx512F.FusedMultiplyAdd(x7, u, a7);
            if (W.Vectors > 1) { b7 = Avx512F.FusedMultiplyAdd(x7, v, b7); }
            if (W.Vectors > 2) { c7 = Avx512F.FusedMultiplyAdd(x7, s, c7); }
        }
        Store<W>(to + 0 * stride, adds, a0, b0, c0);
        Store<W>(to + 1 * stride, adds, a1, b1, c1);
        Store<W>(to + 2 * stride, adds, a2, b2, c2);
        Store<W>(to + 3 * stride, adds, a3, b3, c3);
        Store<W>(to + 4 * stride, adds, a4, b4, c4);
        Store<W>(to + 5 * stride, adds, a5, b5, c5);
        Store<W>(to + 6 * stride, adds, a6, b6, c6);
        Store<W>(to + 7 * stride, adds, a7, b7, c7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<W>(float* to, bool adds, Vector512<float> a, Vector512<float> b, Vector512<float> c) where W : ITileWidth
    {
        (adds ? a + Vector512.Load(to) : a).Store(to);
        if (W.Vectors > 1) { (adds ? b + Vector512.Load(to + 16) : b).Store(to + 16); }
        if (W.Vectors > 2) { (adds ? c + Vector512.Load(to + 32) : c).Store(to + 32); }
    }
}
