using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Products;

/// <summary>Eight rows by up to 48 lanes of whole numbers of 13 bits and a sign: the processor multiplies two of them in the time of one F32. Each 64 along k share a scale, a row's and a lane's.</summary>
/// <remarks>64 products of two numbers up to 5,792 stay below 2^31, so no sum overflows.</remarks>
internal static unsafe class ShortTile
{
    /// <summary>Numbers along k that share a scale. The last of a row may be half as many.</summary>
    internal const int Block = 64, HalfBlock = Block / 2;

    /// <summary>The largest whole number.</summary>
    internal const int Most = 5_792;

    /// <summary>Rows of a tile, in all kernels.</summary>
    internal const int Rows = 8;

    private const int Pairs = Block / 2, Widest = 48;

    /// <summary>to[row, lane] = Σ_k x[row, k] · w[k, lane].</summary>
    /// <param name="x">Pairs of numbers [block, row, 32].</param>
    /// <param name="xScales">[block, row].</param>
    /// <param name="w">Pairs of numbers [pair, 16 · W.Vectors].</param>
    /// <param name="wScales">[block, 16 · W.Vectors].</param>
    /// <param name="pairs">A multiple of 16.</param>
    /// <param name="stride">Numbers from one row of the result to the next.</param>
    /// <param name="adds">Adds to what is there.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply<W>(int* x, float* xScales, int* w, float* wScales, int pairs, float* to, nint stride, bool adds) where W : ITileWidth
    {
        var sums = stackalloc float[Rows * Widest]; // between blocks: rows of the result may share a place in the cache
        var from = to;
        var fromLine = stride;
        for (; pairs > 0; pairs -= Pairs, x += Rows * Pairs, xScales += Rows, wScales += 16 * W.Vectors)
        {
            var (a0, a1, a2, a3, a4, a5, a6, a7) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
            var (b0, b1, b2, b3, b4, b5, b6, b7) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
            var (c0, c1, c2, c3, c4, c5, c6, c7) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
            var end = x + Math.Min(pairs, Pairs);
            for (var at = x; at < end; at++, w += 16 * W.Vectors)
            {
                var (u, v, s) = (Vector512.Load(w).AsInt16(), W.Vectors > 1 ? Vector512.Load(w + 16).AsInt16() : default, W.Vectors > 2 ? Vector512.Load(w + 32).AsInt16() : default);
                var x0 = Vector512.Create(at[0 * Pairs]).AsInt16();
                a0 += Avx512BW.MultiplyAddAdjacent(x0, u);
                if (W.Vectors > 1) { b0 += Avx512BW.MultiplyAddAdjacent(x0, v); }
                if (W.Vectors > 2) { c0 += Avx512BW.MultiplyAddAdjacent(x0, s); }
                var x1 = Vector512.Create(at[1 * Pairs]).AsInt16();
                a1 += Avx512BW.MultiplyAddAdjacent(x1, u);
                if (W.Vectors > 1) { b1 += Avx512BW.MultiplyAddAdjacent(x1, v); }
                if (W.Vectors > 2) { c1 += Avx512BW.MultiplyAddAdjacent(x1, s); }
                var x2 = Vector512.Create(at[2 * Pairs]).AsInt16();
                a2 += Avx512BW.MultiplyAddAdjacent(x2, u);
                if (W.Vectors > 1) { b2 += Avx512BW.MultiplyAddAdjacent(x2, v); }
                if (W.Vectors > 2) { c2 += Avx512BW.MultiplyAddAdjacent(x2, s); }
                var x3 = Vector512.Create(at[3 * Pairs]).AsInt16();
                a3 += Avx512BW.MultiplyAddAdjacent(x3, u);
                if (W.Vectors > 1) { b3 += Avx512BW.MultiplyAddAdjacent(x3, v); }
                if (W.Vectors > 2) { c3 += Avx512BW.MultiplyAddAdjacent(x3, s); }
                var x4 = Vector512.Create(at[4 * Pairs]).AsInt16();
                a4 += Avx512BW.MultiplyAddAdjacent(x4, u);
                if (W.Vectors > 1) { b4 += Avx512BW.MultiplyAddAdjacent(x4, v); }
                if (W.Vectors > 2) { c4 += Avx512BW.MultiplyAddAdjacent(x4, s); }
                var x5 = Vector512.Create(at[5 * Pairs]).AsInt16();
                a5 += Avx512BW.MultiplyAddAdjacent(x5, u);
                if (W.Vectors > 1) { b5 += Avx512BW.MultiplyAddAdjacent(x5, v); }
                if (W.Vectors > 2) { c5 += Avx512BW.MultiplyAddAdjacent(x5, s); }
                var x6 = Vector512.Create(at[6 * Pairs]).AsInt16();
                a6 += Avx512BW.MultiplyAddAdjacent(x6, u);
                if (W.Vectors > 1) { b6 += Avx512BW.MultiplyAddAdjacent(x6, v); }
                if (W.Vectors > 2) { c6 += Avx512BW.MultiplyAddAdjacent(x6, s); }
                var x7 = Vector512.Create(at[7 * Pairs]).AsInt16();
                a7 += Avx512BW.MultiplyAddAdjacent(x7, u);
                if (W.Vectors > 1) { b7 += Avx512BW.MultiplyAddAdjacent(x7, v); }
                if (W.Vectors > 2) { c7 += Avx512BW.MultiplyAddAdjacent(x7, s); }
            }
            var isLast = pairs <= Pairs;
            var sum = isLast ? to : sums;
            var line = isLast ? stride : Widest;
            Add<W>(xScales[0], wScales, a0, b0, c0, from + 0 * fromLine, sum + 0 * line, adds);
            Add<W>(xScales[1], wScales, a1, b1, c1, from + 1 * fromLine, sum + 1 * line, adds);
            Add<W>(xScales[2], wScales, a2, b2, c2, from + 2 * fromLine, sum + 2 * line, adds);
            Add<W>(xScales[3], wScales, a3, b3, c3, from + 3 * fromLine, sum + 3 * line, adds);
            Add<W>(xScales[4], wScales, a4, b4, c4, from + 4 * fromLine, sum + 4 * line, adds);
            Add<W>(xScales[5], wScales, a5, b5, c5, from + 5 * fromLine, sum + 5 * line, adds);
            Add<W>(xScales[6], wScales, a6, b6, c6, from + 6 * fromLine, sum + 6 * line, adds);
            Add<W>(xScales[7], wScales, a7, b7, c7, from + 7 * fromLine, sum + 7 * line, adds);
            from = sums;
            (fromLine, adds) = (Widest, true);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<W>(float xScale, float* wScales, Vector512<int> a, Vector512<int> b, Vector512<int> c, float* from, float* to, bool adds) where W : ITileWidth
    {
        Add(xScale, wScales, a, from, to, adds);
        if (W.Vectors > 1) { Add(xScale, wScales + 16, b, from + 16, to + 16, adds); }
        if (W.Vectors > 2) { Add(xScale, wScales + 32, c, from + 32, to + 32, adds); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float xScale, float* wScales, Vector512<int> exact, float* from, float* to, bool adds) =>
        Avx512F.FusedMultiplyAdd(Vector512.ConvertToSingle(exact), Vector512.Create(xScale) * Vector512.Load(wScales), adds ? Vector512.Load(from) : default).Store(to);
}
