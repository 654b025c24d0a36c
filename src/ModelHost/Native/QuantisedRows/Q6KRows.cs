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
    private const int MostColumns = 32; // their numbers stay in the second-level cache while the rows pass

    // Properties, not fields: the compiler then sees numbers.
    private static Vector512<byte> LowNibble => Vector512.Create((byte)0x0F);

    private static Vector512<byte> HighPair => Vector512.Create((byte)0x30);

    private static Vector512<ushort> PairsUp => Vector512.Create((ushort)4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);

    private static Vector512<ushort> PairsDown => Vector512.Create((ushort)0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);

    private static Vector512<short> FourScales => Vector512.Create((short)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);

    internal static bool IsSupported => Avx512BW.IsSupported && Avx2.IsSupported && Fma.IsSupported;

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
                new Span<Vector256<float>>(sums, here).Clear();
                var block = rows + (nuint)row * rowBytes;
                for (var i = 0; i < blocks; i++, block += BlockBytes)
                {
                    var at = (nint)i * count + from;
                    AddBlock(block, columns.Numbers + at * Q6KColumns.Block, columns.SumsOf16 + at * Q6KColumns.Sums, columns.Scales + at, sums, here);
                }
                for (var column = 0; column < here; column++) { result[(from + column) * stride + row] = Total(sums[column]); }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBlock(byte* block, sbyte* numbers, short* sumsOf16, float* scales, Vector256<float>* sums, int count)
    {
        var (low0, low1) = (Vector512.Load(block), Vector512.Load(block + 64));
        var (half0, half1) = (Vector256.Load(block + HighBits), Vector256.Load(block + HighBits + 32));
        var (high0, high1) = (Vector512.Create(half0, half0).AsUInt16(), Vector512.Create(half1, half1).AsUInt16());
        var sub = Avx2.ConvertToVector256Int16((sbyte*)(block + SubScales));
        var wide = sub.ToVector512Unsafe();
        var four = Vector512.Create((short)4);
        var (second, third) = (FourScales + four, FourScales + four + four);
        AddColumns(
            (low0 & LowNibble) | (Avx512BW.ShiftLeftLogicalVariable(high0, PairsUp).AsByte() & HighPair),
            ((low0.AsUInt16() >>> 4).AsByte() & LowNibble) | (Avx512BW.ShiftRightLogicalVariable(high0, PairsDown).AsByte() & HighPair),
            (low1 & LowNibble) | (Avx512BW.ShiftLeftLogicalVariable(high1, PairsUp).AsByte() & HighPair),
            ((low1.AsUInt16() >>> 4).AsByte() & LowNibble) | (Avx512BW.ShiftRightLogicalVariable(high1, PairsDown).AsByte() & HighPair),
            Avx512BW.PermuteVar32x16(wide, FourScales), Avx512BW.PermuteVar32x16(wide, second), Avx512BW.PermuteVar32x16(wide, third), Avx512BW.PermuteVar32x16(wide, third + four),
            sub, (float)*(Half*)(block + Scale), numbers, sumsOf16, scales, sums, count);
    }

    // Apart, so that the compiler keeps the block in registers for all columns.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddColumns(
        in Vector512<byte> q0, in Vector512<byte> q1, in Vector512<byte> q2, in Vector512<byte> q3,
        in Vector512<short> s0, in Vector512<short> s1, in Vector512<short> s2, in Vector512<short> s3,
        in Vector256<short> sub, float scale, sbyte* numbers, short* sumsOf16, float* scales, Vector256<float>* sums, int count)
    {
        var (a, b, c, d) = (q0, q1, q2, q3);
        var (e, f, g, h) = (s0, s1, s2, s3);
        var offset = sub;
        for (var column = 0; column < count; column++, numbers += Q6KColumns.Block, sumsOf16 += Q6KColumns.Sums)
        {
            var whole = Dot(a, numbers, e) + Dot(b, numbers + 64, f) + (Dot(c, numbers + 128, g) + Dot(d, numbers + 192, h));
            var thirtyTwos = Avx2.ShiftLeftLogical(Avx2.MultiplyAddAdjacent(Vector256.LoadAligned(sumsOf16), offset), 5);
            var exact = whole.GetLower() + whole.GetUpper() - thirtyTwos;
            sums[column] = Fma.MultiplyAdd(Vector256.Create(scales[column] * scale), Avx.ConvertToVector256Single(exact), sums[column]);
        }
    }

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
