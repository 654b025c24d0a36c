using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.QuantisedRows;

/// <summary>Rows in Q6_K times several columns. A row's blocks are unpacked once for all columns, where ggml's own kernel for x86 does it once a column.</summary>
/// <remarks>
/// Compiled at its best at once: the first answers would otherwise wait for it. The same whole numbers and the same order of additions as ggml_vec_dot_q6_K_q8_K: the results are equal bit for bit, so that a token's logits do not depend on how many columns stand beside it.
/// A block of 256: low 4 bits 128 bytes, high 2 bits 64 bytes, 16 scales of 8 bits, one scale in f16; numbers stand 32 above their value.
/// </remarks>
internal static unsafe class Q6KRows
{
    internal const int BlockBytes = 210;
    private const int HighBits = 128, SubScales = 192, Scale = 208;
    private const int Ahead = 12 * BlockBytes, CacheLine = 64; // more than the processor fetches by itself
    private const int MostColumns = 32; // their numbers stay in the second-level cache while the rows pass

    // Properties, not fields: the compiler then sees numbers. In line, or each is a call.
    private static Vector512<byte> LowNibble
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create((byte)0x0F);
    }

    private static Vector512<byte> HighPair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create((byte)0x30);
    }

    private static Vector512<ushort> PairsUp
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create((ushort)4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
    }

    private static Vector512<ushort> PairsDown
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create((ushort)0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
    }

    private static Vector512<short> FourScales
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create((short)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    }

    /// <summary>result[column · stride + row] for rows from first to end.</summary>
    /// <param name="rows">The matrix's first row.</param>
    /// <param name="rowBytes">Bytes from one row to the next.</param>
    /// <param name="blocks">Blocks a row.</param>
    /// <param name="stride">Numbers from one column of the result to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(byte* rows, nuint rowBytes, int blocks, in Q6KColumns columns, int count, float* result, long stride, long first, long end)
    {
        var sums = stackalloc Vector256<float>[MostColumns];
        for (var from = 0; from < count; from += MostColumns)
        {
            var here = Math.Min(MostColumns, count - from);
            for (var row = first; row < end; row++)
            {
                Add(rows + (nuint)row * rowBytes, blocks, columns.Numbers + (nint)from * Q6KColumns.Block, columns.SumsOf16 + (nint)from * Q6KColumns.Sums, columns.Scales + from, count, sums, here);
                for (var column = 0; column < here; column++) { result[(from + column) * stride + row] = Total(sums[column]); }
            }
        }
    }

    // Apart, so that the compiler keeps the block in registers for all columns; nothing in it may be a call, which would write them out.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Add(byte* row, int blocks, sbyte* numbers, short* sumsOf16, float* scales, int stride, Vector256<float>* sums, int count)
    {
        new Span<Vector256<float>>(sums, count).Clear();
        for (var block = 0; block < blocks; block++, row += BlockBytes)
        {
            var (low0, low1) = (Vector512.Load(row), Vector512.Load(row + 64));
            var (half0, half1) = (Vector256.Load(row + HighBits), Vector256.Load(row + HighBits + 32));
            var (high0, high1) = (Vector512.Create(half0, half0).AsUInt16(), Vector512.Create(half1, half1).AsUInt16());
            var q0 = (low0 & LowNibble) | (Avx512BW.ShiftLeftLogicalVariable(high0, PairsUp).AsByte() & HighPair);
            var q1 = ((low0.AsUInt16() >>> 4).AsByte() & LowNibble) | (Avx512BW.ShiftRightLogicalVariable(high0, PairsDown).AsByte() & HighPair);
            var q2 = (low1 & LowNibble) | (Avx512BW.ShiftLeftLogicalVariable(high1, PairsUp).AsByte() & HighPair);
            var q3 = ((low1.AsUInt16() >>> 4).AsByte() & LowNibble) | (Avx512BW.ShiftRightLogicalVariable(high1, PairsDown).AsByte() & HighPair);
            var sub = Avx2.ConvertToVector256Int16((sbyte*)(row + SubScales));
            var (s0, s1, s2, s3) = (Scales(sub, 0), Scales(sub, 4), Scales(sub, 8), Scales(sub, 12));
            var scale = Float16.Single(*(ushort*)(row + Scale));
            Sse.Prefetch0(row + Ahead);
            Sse.Prefetch0(row + Ahead + CacheLine);
            Sse.Prefetch0(row + Ahead + 2 * CacheLine);
            for (nint column = (nint)block * stride, i = 0; i < count; i++, column++)
            {
                var at = numbers + column * Q6KColumns.Block;
                var whole = Dot(q0, at, s0) + Dot(q1, at + 64, s1) + (Dot(q2, at + 128, s2) + Dot(q3, at + 192, s3));
                var thirtyTwos = Avx2.ShiftLeftLogical(Avx2.MultiplyAddAdjacent(Vector256.LoadAligned(sumsOf16 + column * Q6KColumns.Sums), sub), 5);
                var exact = whole.GetLower() + whole.GetUpper() - thirtyTwos;
                sums[i] = Fma.MultiplyAdd(Vector256.Create(scales[column] * scale), Avx.ConvertToVector256Single(exact), sums[i]);
            }
        }
    }

    /// <summary>Four of a block's scales, from one on, each for sixteen numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Scales(Vector256<short> all, short from) => Avx512BW.PermuteVar32x16(all.ToVector512Unsafe(), FourScales + Vector512.Create(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Dot(Vector512<byte> weights, sbyte* numbers, Vector512<short> scales) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(weights, Vector512.LoadAligned(numbers)), scales);

    private static float Total(Vector256<float> lanes)
    {
        var four = lanes.GetUpper() + lanes.GetLower();
        var two = four + Sse.MoveHighToLow(four, four);
        return Sse.AddScalar(two, Sse3.MoveHighAndDuplicate(two)).ToScalar();
    }
}
