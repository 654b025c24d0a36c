using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Products;

/// <summary>Eight rows by up to 32 lanes of whole numbers of 13 bits and a sign: the processor multiplies two of them in the time of one F32. Each 64 along k share a scale, a row's and a lane's.</summary>
/// <remarks>
/// 64 products of two numbers up to 5,792 stay below 2^31, so no sum overflows. Two of four pipes multiply and all four add: eight products come before their eight additions, so that what waits is
/// products and additions take the pipes that cannot multiply. It is why a tile is narrower than of floats, for the products need registers until then.
/// </remarks>
internal static unsafe class ShortTile
{
    /// <summary>Numbers along k that share a scale. The last of a row may be half as many.</summary>
    internal const int Block = 64, HalfBlock = Block / 2;

    /// <summary>The largest whole number.</summary>
    internal const int Most = 5_792;

    /// <summary>Rows of a tile, in all kernels.</summary>
    internal const int Rows = 8;

    /// <summary>Most lanes of a tile.</summary>
    internal const int Panel = 32;

    private const int Pairs = Block / 2;

    /// <summary>to[row, lane] = Σ_k x[row, k] · w[k, lane].</summary>
    /// <param name="x">Pairs of numbers [block, row, 32].</param>
    /// <param name="xScales">[block, row].</param>
    /// <param name="w">Pairs of numbers [pair, 16 · W.Vectors].</param>
    /// <param name="wScales">[block, 16 · W.Vectors].</param>
    /// <param name="pairs">A multiple of 16.</param>
    /// <param name="stride">Numbers from one row of the result to the next.</param>
    /// <param name="adds">Adds to what is there.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    internal static void Multiply<W>(int* x, float* xScales, int* w, float* wScales, int pairs, float* to, nint stride, bool adds) where W : ITileWidth
    {
        var sums = stackalloc float[Rows * Panel]; // between blocks: rows of the result may share a place in the cache
        var from = to;
        var fromLine = stride;
        for (; pairs > 0; pairs -= Pairs, x += Rows * Pairs, xScales += Rows, wScales += 16 * W.Vectors)
        {
            var (a0, a1, a2, a3, a4, a5, a6, a7) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
            var (b0, b1, b2, b3, b4, b5, b6, b7) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
            var end = x + Math.Min(pairs, Pairs);
            for (var at = x; at < end; at++, w += 16 * W.Vectors)
            {
                var (u, v) = (Vector512.Load(w).AsInt16(), W.Vectors > 1 ? Vector512.Load(w + 16).AsInt16() : default);
                var (p0, q0) = Products<W>(at[0 * Pairs], u, v);
                var (p1, q1) = Products<W>(at[1 * Pairs], u, v);
                var (p2, q2) = Products<W>(at[2 * Pairs], u, v);
                var (p3, q3) = Products<W>(at[3 * Pairs], u, v);
                (a0, a1, a2, a3) = (a0 + p0, a1 + p1, a2 + p2, a3 + p3);
                if (W.Vectors > 1) { (b0, b1, b2, b3) = (b0 + q0, b1 + q1, b2 + q2, b3 + q3); }
                var (p4, q4) = Products<W>(at[4 * Pairs], u, v);
                var (p5, q5) = Products<W>(at[5 * Pairs], u, v);
                var (p6, q6) = Products<W>(at[6 * Pairs], u, v);
                var (p7, q7) = Products<W>(at[7 * Pairs], u, v);
                (a4, a5, a6, a7) = (a4 + p4, a5 + p5, a6 + p6, a7 + p7);
                if (W.Vectors > 1) { (b4, b5, b6, b7) = (b4 + q4, b5 + q5, b6 + q6, b7 + q7); }
            }
            var isLast = pairs <= Pairs;
            var sum = isLast ? to : sums;
            var line = isLast ? stride : Panel;
            Add<W>(xScales[0], wScales, a0, b0, from + 0 * fromLine, sum + 0 * line, adds);
            Add<W>(xScales[1], wScales, a1, b1, from + 1 * fromLine, sum + 1 * line, adds);
            Add<W>(xScales[2], wScales, a2, b2, from + 2 * fromLine, sum + 2 * line, adds);
            Add<W>(xScales[3], wScales, a3, b3, from + 3 * fromLine, sum + 3 * line, adds);
            Add<W>(xScales[4], wScales, a4, b4, from + 4 * fromLine, sum + 4 * line, adds);
            Add<W>(xScales[5], wScales, a5, b5, from + 5 * fromLine, sum + 5 * line, adds);
            Add<W>(xScales[6], wScales, a6, b6, from + 6 * fromLine, sum + 6 * line, adds);
            Add<W>(xScales[7], wScales, a7, b7, from + 7 * fromLine, sum + 7 * line, adds);
            from = sums;
            (fromLine, adds) = (Panel, true);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<int>, Vector512<int>) Products<W>(int pair, Vector512<short> u, Vector512<short> v) where W : ITileWidth
    {
        var x = Vector512.Create(pair).AsInt16();
        return (Avx512BW.MultiplyAddAdjacent(x, u), W.Vectors > 1 ? Avx512BW.MultiplyAddAdjacent(x, v) : default);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<W>(float xScale, float* wScales, Vector512<int> a, Vector512<int> b, float* from, float* to, bool adds) where W : ITileWidth
    {
        Add(xScale, wScales, a, from, to, adds);
        if (W.Vectors > 1) { Add(xScale, wScales + 16, b, from + 16, to + 16, adds); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float xScale, float* wScales, Vector512<int> exact, float* from, float* to, bool adds) =>
        Avx512F.FusedMultiplyAdd(Vector512.ConvertToSingle(exact), Vector512.Create(xScale) * Vector512.Load(wScales), adds ? Vector512.Load(from) : default).Store(to);
}
