using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Products;

/// <summary>Eight rows by up to 48 lanes of whole numbers of 14 bits: the processor multiplies two of them in the time of one F32. Each 32 along k share a scale, a row's and a lane's.</summary>
/// <remarks>32 products of two numbers up to 8,191 stay below 2^31, so no sum overflows.</remarks>
internal static unsafe class ShortTile
{
    /// <summary>Numbers along k that share a scale.</summary>
    internal const int Block = 32;

    /// <summary>The largest whole number.</summary>
    internal const int Most = 8_191;

    /// <summary>Rows of a tile, in all kernels.</summary>
    internal const int Rows = 8;

    private const int Pairs = Block / 2;

    /// <summary>sums[row, lane] = Σ_k x[row, k] · w[k, lane].</summary>
    /// <param name="x">Pairs of numbers [block, row, 16].</param>
    /// <param name="xScales">[block, row].</param>
    /// <param name="w">Pairs of numbers [block, 16, 16 · W.Vectors].</param>
    /// <param name="wScales">[block, 16 · W.Vectors].</param>
    /// <param name="sums">[8, 16 · W.Vectors].</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply<W>(int* x, float* xScales, int* w, float* wScales, int blocks, float* sums) where W : ITileWidth
    {
        new Span<float>(sums, Rows * 16 * W.Vectors).Clear();
        for (; blocks > 0; blocks--, x += (Rows - 1) * Pairs, xScales += Rows, wScales += 16 * W.Vectors)
        {
            var (a0, a1, a2, a3, a4, a5, a6, a7) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
            var (b0, b1, b2, b3, b4, b5, b6, b7) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
            var (c0, c1, c2, c3, c4, c5, c6, c7) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
            for (var pair = 0; pair < Pairs; pair++, x++, w += 16 * W.Vectors)
            {
                var (u, v, s) = (Vector512.Load(w).AsInt16(), W.Vectors > 1 ? Vector512.Load(w + 16).AsInt16() : default, W.Vectors > 2 ? Vector512.Load(w + 32).AsInt16() : default);
                var x0 = Vector512.Create(x[0 * Pairs]).AsInt16();
                a0 += Avx512BW.MultiplyAddAdjacent(x0, u);
                if (W.Vectors > 1) { b0 += Avx512BW.MultiplyAddAdjacent(x0, v); }
                if (W.Vectors > 2) { c0 += Avx512BW.MultiplyAddAdjacent(x0, s); }
                var x1 = Vector512.Create(x[1 * Pairs]).AsInt16();
                a1 += Avx512BW.MultiplyAddAdjacent(x1, u);
                if (W.Vectors > 1) { b1 += Avx512BW.MultiplyAddAdjacent(x1, v); }
                if (W.Vectors > 2) { c1 += Avx512BW.MultiplyAddAdjacent(x1, s); }
                var x2 = Vector512.Create(x[2 * Pairs]).AsInt16();
                a2 += Avx512BW.MultiplyAddAdjacent(x2, u);
                if (W.Vectors > 1) { b2 += Avx512BW.MultiplyAddAdjacent(x2, v); }
                if (W.Vectors > 2) { c2 += Avx512BW.MultiplyAddAdjacent(x2, s); }
                var x3 = Vector512.Create(x[3 * Pairs]).AsInt16();
                a3 += Avx512BW.MultiplyAddAdjacent(x3, u);
                if (W.Vectors > 1) { b3 += Avx512BW.MultiplyAddAdjacent(x3, v); }
                if (W.Vectors > 2) { c3 += Avx512BW.MultiplyAddAdjacent(x3, s); }
                var x4 = Vector512.Create(x[4 * Pairs]).AsInt16();
                a4 += Avx512BW.MultiplyAddAdjacent(x4, u);
                if (W.Vectors > 1) { b4 += Avx512BW.MultiplyAddAdjacent(x4, v); }
                if (W.Vectors > 2) { c4 += Avx512BW.MultiplyAddAdjacent(x4, s); }
                var x5 = Vector512.Create(x[5 * Pairs]).AsInt16();
                a5 += Avx512BW.MultiplyAddAdjacent(x5, u);
                if (W.Vectors > 1) { b5 += Avx512BW.MultiplyAddAdjacent(x5, v); }
                if (W.Vectors > 2) { c5 += Avx512BW.MultiplyAddAdjacent(x5, s); }
                var x6 = Vector512.Create(x[6 * Pairs]).AsInt16();
                a6 += Avx512BW.MultiplyAddAdjacent(x6, u);
                if (W.Vectors > 1) { b6 += Avx512BW.MultiplyAddAdjacent(x6, v); }
                if (W.Vectors > 2) { c6 += Avx512BW.MultiplyAddAdjacent(x6, s); }
                var x7 = Vector512.Create(x[7 * Pairs]).AsInt16();
                a7 += Avx512BW.MultiplyAddAdjacent(x7, u);
                if (W.Vectors > 1) { b7 += Avx512BW.MultiplyAddAdjacent(x7, v); }
                if (W.Vectors > 2) { c7 += Avx512BW.MultiplyAddAdjacent(x7, s); }
            }
            Add<W>(sums, 0, xScales[0], wScales, a0, b0, c0);
            Add<W>(sums, 1, xScales[1], wScales, a1, b1, c1);
            Add<W>(sums, 2, xScales[2], wScales, a2, b2, c2);
            Add<W>(sums, 3, xScales[3], wScales, a3, b3, c3);
            Add<W>(sums, 4, xScales[4], wScales, a4, b4, c4);
            Add<W>(sums, 5, xScales[5], wScales, a5, b5, c5);
            Add<W>(sums, 6, xScales[6], wScales, a6, b6, c6);
            Add<W>(sums, 7, xScales[7], wScales, a7, b7, c7);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<W>(float* sums, int row, float xScale, float* wScales, Vector512<int> a, Vector512<int> b, Vector512<int> c) where W : ITileWidth
    {
        var to = sums + row * 16 * W.Vectors;
        Add(to, xScale, wScales, a);
        if (W.Vectors > 1) { Add(to + 16, xScale, wScales + 16, b); }
        if (W.Vectors > 2) { Add(to + 32, xScale, wScales + 32, c); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* sums, float xScale, float* wScales, Vector512<int> exact) =>
        Avx512F.FusedMultiplyAdd(Vector512.ConvertToSingle(exact), Vector512.Create(xScale) * Vector512.Load(wScales), Vector512.Load(sums)).Store(sums);
}
