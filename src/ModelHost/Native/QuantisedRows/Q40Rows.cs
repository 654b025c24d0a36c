using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.QuantisedRows;

/// <summary>Rows in Q4_0, eight by eight as ggml packs them, times several columns. Sixteen rows' block is unpacked once for up to 32 columns, and a product takes half the instructions of ggml's own, which turns signs at every step.</summary>
/// <remarks>
/// Compiled at its best at once: the first answers would otherwise wait for it. The same whole numbers and the same order of additions as ggml_gemv_q4_0_8x8_q8_0 and ggml_gemm_q4_0_8x8_q8_0: the results are equal bit for bit, so that a token's logits do not depend on how many columns stand beside it.
/// A packed block of eight rows: eight scales in f16, then numbers 0 to 7 of each row with 16 to 23 in the high nibbles, then 8 to 15 with 24 to 31; each nibble is its value in two's complement.
/// </remarks>
internal static unsafe class Q40Rows
{
    /// <summary>Rows that ggml packs together.</summary>
    internal const int Packed = 8;

    /// <summary>Rows that are multiplied together; parts of the work begin at multiples of it.</summary>
    internal const int AtOnce = 2 * Packed;

    internal const int BlockBytes = 18;
    private const int GroupBytes = Packed * BlockBytes, FirstNibbles = 16, LastNibbles = 80;
    private const int MostColumns = 32; // their numbers stay in the second-level cache while the rows pass
    private const int Ahead = 16 * GroupBytes, CacheLine = 64; // the processor alone does not fetch two streams early enough
    private const byte EvenDwords = 0x88, OddDwords = 0xDD;

    // Properties, not fields: the compiler then sees numbers.
    private static Vector512<byte> LowNibble => Vector512.Create((byte)0x0F);

    private static Vector512<byte> Signs => Vector512.Create((byte)0x88);

    private static Vector512<short> Ones => Vector512.Create((short)1);

    // Both groups' rows lie as the sums come: 0 1 of the first, 0 1 of the second, 2 3 of the first …
    private static Vector256<int> Pairs => Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);

    private static Vector512<int> RowsInOrder => Vector512.Create(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);

    /// <summary>result[column · stride + row] for rows from first to end.</summary>
    /// <param name="rows">The packed matrix.</param>
    /// <param name="blocks">Blocks a row.</param>
    /// <param name="stride">Numbers from one column of the result to the next.</param>
    /// <param name="first">A multiple of 16.</param>
    /// <param name="end">A multiple of 8.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(byte* rows, int blocks, in Q80Columns columns, int count, float* result, long stride, long first, long end)
    {
        var sums = stackalloc Vector512<float>[MostColumns];
        for (var from = 0; from < count; from += MostColumns)
        {
            var here = Math.Min(MostColumns, count - from);
            for (var row = first; row < end; row += AtOnce)
            {
                var group = rows + row / Packed * blocks * GroupBytes;
                var isPair = row + Packed < end; // a last group alone stands for its neighbour too
                Add(group, isPair ? group + (nint)blocks * GroupBytes : group, blocks, columns.Numbers + (nint)from * Q80Columns.Block, columns.Eights + from, columns.Scales + from, count, sums, here);
                for (var column = 0; column < here; column++)
                {
                    var to = result + (from + column) * stride + row;
                    var inOrder = Avx512F.PermuteVar16x32(sums[column], RowsInOrder);
                    if (isPair) { inOrder.Store(to); } else { inOrder.GetLower().Store(to); }
                }
            }
        }
    }

    // Apart, so that the compiler keeps the block in registers for all columns; nothing in it may be a call, which would write them out. Nibbles become unsigned, 8 above their value, as the byte products want one side; no 16-bit sum can overflow: 4 · 2 · 15 · 127, and twice that.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Add(byte* group, byte* next, int blocks, sbyte* numbers, int* eights, float* scales, int stride, Vector512<float>* sums, int count)
    {
        new Span<Vector512<float>>(sums, count).Clear();
        for (var block = 0; block < blocks; block++, group += GroupBytes, next += GroupBytes)
        {
            var (a, b, c, d) = (Vector512.Load(group + FirstNibbles) ^ Signs, Vector512.Load(group + LastNibbles) ^ Signs, Vector512.Load(next + FirstNibbles) ^ Signs, Vector512.Load(next + LastNibbles) ^ Signs);
            var (a0, a8, a16, a24) = (a & LowNibble, b & LowNibble, High(a), High(b));
            var (b0, b8, b16, b24) = (c & LowNibble, d & LowNibble, High(c), High(d));
            var scale = Float16.Singles(Avx2.PermuteVar8x32(Vector256.Create(Vector128.Load(group), Vector128.Load(next)).AsInt32(), Pairs).AsInt16());
            Sse.Prefetch0(group + Ahead);
            Sse.Prefetch0(group + Ahead + CacheLine);
            Sse.Prefetch0(next + Ahead);
            Sse.Prefetch0(next + Ahead + CacheLine);
            for (nint column = (nint)block * stride, i = 0; i < count; i++, column++)
            {
                var at = numbers + column * Q80Columns.Block;
                var (n0, n8, n16, n24) = (Eight(at), Eight(at + 8), Eight(at + 16), Eight(at + 24));
                var x = Dot(a0, n0) + Dot(a8, n8) + (Dot(a16, n16) + Dot(a24, n24));
                var y = Dot(b0, n0) + Dot(b8, n8) + (Dot(b16, n16) + Dot(b24, n24));
                var both = Avx512F.Shuffle(x.AsSingle(), y.AsSingle(), EvenDwords).AsInt16() + Avx512F.Shuffle(x.AsSingle(), y.AsSingle(), OddDwords).AsInt16();
                var exact = Avx512BW.MultiplyAddAdjacent(both, Ones) - Vector512.Create(eights[column]);
                sums[i] = Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(exact), scale * Vector512.Create(scales[column]), sums[i]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> High(Vector512<byte> nibbles) => (nibbles.AsUInt16() >>> 4).AsByte() & LowNibble;

    /// <summary>Eight numbers of a column beside eight of each of eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<sbyte> Eight(sbyte* numbers) => Vector512.Create(*(long*)numbers).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Dot(Vector512<byte> weights, Vector512<sbyte> numbers) => Avx512BW.MultiplyAddAdjacent(weights, numbers);
}
