using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Products;

/// <summary>Makes whole numbers of floats, with a scale for each 64, and lays both as <see cref="ShortTile"/> reads them.</summary>
/// <remarks>
/// The largest of 64 is found by comparing bits, so that one that is no number is the largest and spoils the scale, and with it every sum: training must see it.
/// Where all are zero, or nearly, the inverse is infinite, and what the processor makes of such products becomes 0 in 16 bits.
/// </remarks>
internal static unsafe class ShortNumbers
{
    private const int Block = ShortTile.Block, HalfBlock = ShortTile.HalfBlock, Vector = 16;

    /// <summary>Numbers along k that are computed for so many: the last ones of a block are filled up with zeros.</summary>
    internal static int Filled(int k) => (k + HalfBlock - 1) / HalfBlock * HalfBlock;

    internal static int Blocks(int k) => (k + Block - 1) / Block;

    /// <summary>Rows of a product's right side.</summary>
    /// <param name="x">Numbers along k lie one after the other.</param>
    /// <param name="row">Numbers from one row to the next.</param>
    /// <param name="count">Rows; those up to a multiple of 8 become zero.</param>
    /// <param name="to">[tile, block, 8, 32] pairs.</param>
    /// <param name="scales">[tile, block, 8].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows(float* x, nint row, int count, int k, int* to, float* scales)
    {
        var blocks = Blocks(k);
        for (var i = 0; i < (count + ShortTile.Rows - 1) / ShortTile.Rows * ShortTile.Rows; i++)
        {
            var at = (nint)(i / ShortTile.Rows) * blocks * ShortTile.Rows + i % ShortTile.Rows;
            for (var block = 0; block < blocks; block++, at += ShortTile.Rows)
            {
                var from = x + i * row + block * Block;
                var here = i < count ? k - block * Block : 0;
                var place = (short*)(to + at * HalfBlock);
                if (here >= Block || here == HalfBlock) { Whole(from, here == HalfBlock, place, scales + at); } else { Part(from, here, place, scales + at); }
            }
        }
    }

    /// <summary>Lanes whose numbers along k lie one after the other.</summary>
    /// <param name="w">[lanes, k], each lane a multiple of 32 long, filled up with zeros.</param>
    /// <param name="width">Lanes of the panel, a multiple of 16.</param>
    /// <param name="to">[pair, width].</param>
    /// <param name="scales">[block, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Lanes(float* w, int k, int width, int* to, float* scales)
    {
        var rows = stackalloc Vector512<int>[2 * Vector];
        var pairs = stackalloc int[Vector * HalfBlock];
        for (var first = 0; first < k; first += Block, scales += width, to += HalfBlock * width)
        {
            var isHalf = k - first == HalfBlock;
            for (var lane = 0; lane < width; lane += Vector)
            {
                for (var i = 0; i < Vector; i++) { Whole(w + (nint)(lane + i) * k + first, isHalf, (short*)(pairs + i * HalfBlock), scales + lane + i); }
                for (var half = 0; half < (isHalf ? Vector : HalfBlock); half += Vector)
                {
                    for (var i = 0; i < Vector; i++) { rows[i] = Vector512.Load(pairs + i * HalfBlock + half); }
                    Transposition.Turn(rows, (byte*)(to + half * width + lane), width * sizeof(int));
                }
            }
        }
    }

    /// <summary>Lanes that lie one after the other, 64 of k or less.</summary>
    /// <param name="w">[k, stride].</param>
    /// <param name="width">Lanes of the panel, a multiple of 16.</param>
    /// <param name="to">[pair, width].</param>
    /// <param name="scales">[width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void OneBlock(float* w, nint stride, int k, int width, int* to, float* scales)
    {
        for (var lane = 0; lane < width; lane += Vector)
        {
            var largest = Vector512<int>.Zero;
            for (var i = 0; i < k; i++) { largest = Avx512F.Max(largest, Magnitude(Vector512.Load(w + i * stride + lane))); }
            var most = largest.AsSingle();
            (most / Vector512.Create((float)ShortTile.Most)).Store(scales + lane);
            var inverse = Vector512.Create((float)ShortTile.Most) / most;
            for (var i = 0; i < Filled(k); i += 2)
            {
                var (low, high) = (i < k ? Vector512.Load(w + i * stride + lane) : default, i + 1 < k ? Vector512.Load(w + (i + 1) * stride + lane) : default);
                var (lower, upper) = (Avx512F.ConvertToVector512Int32(low * inverse), Avx512F.ConvertToVector512Int32(high * inverse));
                (lower & Vector512.Create(0xFFFF) | upper << 16).Store(to + i / 2 * width + lane);
            }
        }
    }

    // Apart, for room on the stack costs more than the rest of the work.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Part(float* from, int count, short* to, float* scale)
    {
        var whole = stackalloc float[Block];
        new Span<float>(whole, Block).Clear();
        new Span<float>(from, count).CopyTo(new Span<float>(whole, Block));
        Whole(whole, isHalf: false, to, scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Whole(float* from, bool isHalf, short* to, float* scale)
    {
        var (a, b) = (Vector512.Load(from), Vector512.Load(from + Vector));
        var (c, d) = isHalf ? (default, default) : (Vector512.Load(from + 2 * Vector), Vector512.Load(from + 3 * Vector));
        var most = Largest(Avx512F.Max(Avx512F.Max(Magnitude(a), Magnitude(b)), Avx512F.Max(Magnitude(c), Magnitude(d))));
        *scale = most / ShortTile.Most;
        var inverse = Vector512.Create(ShortTile.Most / most);
        Avx512F.ConvertToVector256Int16(Avx512F.ConvertToVector512Int32(a * inverse)).Store(to);
        Avx512F.ConvertToVector256Int16(Avx512F.ConvertToVector512Int32(b * inverse)).Store(to + Vector);
        if (isHalf) { return; }
        Avx512F.ConvertToVector256Int16(Avx512F.ConvertToVector512Int32(c * inverse)).Store(to + 2 * Vector);
        Avx512F.ConvertToVector256Int16(Avx512F.ConvertToVector512Int32(d * inverse)).Store(to + 3 * Vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<int> Magnitude(Vector512<float> numbers) => numbers.AsInt32() & Vector512.Create(int.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Largest(Vector512<int> of)
    {
        var eight = Avx2.Max(of.GetLower(), of.GetUpper());
        var four = Sse41.Max(eight.GetLower(), eight.GetUpper());
        var two = Sse41.Max(four, Sse2.Shuffle(four, 0b_01_00_11_10));
        return BitConverter.Int32BitsToSingle(Sse41.Max(two, Sse2.Shuffle(two, 0b_10_11_00_01)).ToScalar());
    }
}
