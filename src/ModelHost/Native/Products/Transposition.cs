using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Products;

/// <summary>Sixteen vectors of sixteen numbers of 32 bits, turned.</summary>
internal static unsafe class Transposition
{
    private const int Size = 16, Half = 8;

    private static Vector512<int> LowInterleaved => Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);

    private static Vector512<int> HighInterleaved => LowInterleaved + Vector512.Create(Half);

    /// <summary>Four times each vector is interleaved with the one eight further: each time one bit of a number's row becomes one of its column.</summary>
    /// <param name="rows">The vectors, and room for sixteen more; both are written over.</param>
    /// <param name="to">Where the first vector goes.</param>
    /// <param name="stride">Bytes from one to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Turn(Vector512<int>* rows, byte* to, nint stride)
    {
        var (low, high) = (LowInterleaved, HighInterleaved);
        Interleave(rows, rows + Size, low, high);
        Interleave(rows + Size, rows, low, high);
        Interleave(rows, rows + Size, low, high);
        for (var i = 0; i < Half; i++, to += 2 * stride)
        {
            Avx512F.PermuteVar16x32x2(rows[Size + i], low, rows[Size + i + Half]).Store((int*)to);
            Avx512F.PermuteVar16x32x2(rows[Size + i], high, rows[Size + i + Half]).Store((int*)(to + stride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(Vector512<int>* from, Vector512<int>* to, Vector512<int> low, Vector512<int> high)
    {
        for (var i = 0; i < Half; i++)
        {
            to[2 * i] = Avx512F.PermuteVar16x32x2(from[i], low, from[i + Half]);
            to[2 * i + 1] = Avx512F.PermuteVar16x32x2(from[i], high, from[i + Half]);
        }
    }
}
