using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.Products;

/// <summary>Makes whole numbers of floats, with a scale for each 32, and lays both as <see cref="ShortTile"/> reads them.</summary>
/// <remarks>
/// The largest of 32 is found by comparing bits, so that one that is no number is the largest and spoils the scale, and with it every sum: training must see it.
/// Where all are zero, or nearly, the inverse is infinite, and what the processor makes of such products becomes 0 in 16 bits.
/// </remarks>
internal static unsafe class ShortNumbers
{
    private const int Block = ShortTile.Block, Vector = 16;

    /// <summary>Rows of a product's right side.</summary>
    /// <param name="x">Numbers along k lie one after the other.</param>
    /// <param name="row">Numbers from one row to the next.</param>
    /// <param name="count">Rows; those up to a multiple of 8 become zero.</param>
    /// <param name="to">[tile, block, 8, 16] pairs.</param>
    /// <param name="scales">[tile, block, 8].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows(float* x, nint row, int count, int k, int* to, float* scales)
    {
        var blocks = (k + Block - 1) / Block;
        for (var i = 0; i < (count + ShortTile.Rows - 1) / ShortTile.Rows * ShortTile.Rows; i++)
        {
            var at = (nint)(i / ShortTile.Rows) * blocks * ShortTile.Rows + i % ShortTile.Rows;
            for (var block = 0; block < blocks; block++, at += ShortTile.Rows) { Whole(x + i * row + block * Block, i < count ? Math.Min(Block, k - block * Block) : 0, (short*)(to + at * Vector), scales + at); }
        }
    }

    /// <summary>Lanes whose numbers along k lie one after the other.</summary>
    /// <param name="w">[lanes, k], each lane a multiple of 32 long, filled up with zeros.</param>
    /// <param name="width">Lanes of the panel, a multiple of 16.</param>
    /// <param name="to">[block, 16, width] pairs.</param>
    /// <param name="scales">[block, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Lanes(float* w, int k, int width, int* to, float* scales)
    {
        var rows = stackalloc Vector512<int>[2 * Vector];
        for (var block = 0; block < k / Block; block++, scales += width, to += Vector * width)
        {
            for (var lane = 0; lane < width; lane += Vector)
            {
                for (var i = 0; i < Vector; i++) { Whole(w + (nint)(lane + i) * k + block * Block, Block, (short*)(rows + i), scales + lane + i); }
                Transposition.Turn(rows, (byte*)(to + lane), width * sizeof(int));
            }
        }
    }

    /// <summary>Lanes that lie one after the other, 32 of k or less.</summary>
    /// <param name="w">[k, stride].</param>
    /// <param name="width">Lanes of the panel, a multiple of 16.</param>
    /// <param name="to">[16, width] pairs.</param>
    /// <param name="scales">[width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Block32(float* w, nint stride, int k, int width, int* to, float* scales)
    {
        for (var lane = 0; lane < width; lane += Vector)
        {
            var largest = Vector512<int>.Zero;
            for (var i = 0; i < k; i++) { largest = Avx512F.Max(largest, Magnitude(Vector512.Load(w + i * stride + lane))); }
            var most = largest.AsSingle();
            (most / Vector512.Create((float)ShortTile.Most)).Store(scales + lane);
            var inverse = Vector512.Create((float)ShortTile.Most) / most;
            for (var i = 0; i < Block; i += 2)
            {
                var (low, high) = (i < k ? Vector512.Load(w + i * stride + lane) : default, i + 1 < k ? Vector512.Load(w + (i + 1) * stride + lane) : default);
                var (lower, upper) = (Avx512F.ConvertToVector512Int32(low * inverse), Avx512F.ConvertToVector512Int32(high * inverse));
                (lower & Vector512.Create(0xFFFF) | upper << 16).Store(to + i / 2 * width + lane);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Whole(float* from, int count, short* to, float* scale)
    {
        var rest = stackalloc float[Block];
        if (count < Block)
        {
            new Span<float>(rest, Block).Clear();
            new Span<float>(from, count).CopyTo(new Span<float>(rest, Block));
            from = rest;
        }
        var (low, high) = (Vector512.Load(from), Vector512.Load(from + Vector));
        var most = Largest(Avx512F.Max(Magnitude(low), Magnitude(high)));
        *scale = most / ShortTile.Most;
        var inverse = Vector512.Create(ShortTile.Most / most);
        Avx512F.ConvertToVector256Int16(Avx512F.ConvertToVector512Int32(low * inverse)).Store(to);
        Avx512F.ConvertToVector256Int16(Avx512F.ConvertToVector512Int32(high * inverse)).Store(to + Vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Magnitude(Vector512<float> numbers) => numbers.AsInt32() & Vector512.Create(int.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(Vector512<int> of)
    {
        var eight = Avx2.Max(of.GetLower(), of.GetUpper());
        var four = Sse41.Max(eight.GetLower(), eight.GetUpper());
        var two = Sse41.Max(four, Sse2.Shuffle(four, 0b_01_00_11_10));
        return BitConverter.Int32BitsToSingle(Sse41.Max(two, Sse2.Shuffle(two, 0b_10_11_00_01)).ToScalar());
    }
}
