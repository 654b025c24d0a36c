using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Platform.ModelHost.Native.QuantisedRows;

namespace Platform.ModelHost.Native.Products;

/// <summary>
/// Whole numbers of Q8 weights, without floats between: of blocks that come to share a scale, the one with the largest is multiplied by 45, exactly, the others by less and rounded.
/// </summary>
/// <remarks>A scale that is no number is the largest and spoils the panel's sums, as training must see.</remarks>
internal static unsafe class Q8Numbers
{
    /// <summary>Numbers of a block, and its bytes: a scale of 16 bits and the numbers.</summary>
    internal const int Block = 32, Bytes = 34;

    private const int Ahead = ShortTile.Panel; // lanes that the next panel begins further, and are fetched meanwhile
    private const int Vector = 16, Shared = ShortTile.Block, Most = 45; // 45 · 128 stays below the tile's largest
    private const float Factor = Most << ByteBits - 1; // numbers lie in the upper byte, and the processor keeps the upper 17 bits of a product
    private const int ByteBits = 8;

    /// <summary>Lanes whose numbers along k lie one after the other.</summary>
    /// <param name="w">The first lane's first block.</param>
    /// <param name="apart">Bytes from one lane to the next.</param>
    /// <param name="lanes">Of the panel, at least one.</param>
    /// <param name="k">A multiple of 32.</param>
    /// <param name="width">Lanes with those that fill up, a multiple of 16.</param>
    /// <param name="to">[pair, width].</param>
    /// <param name="scales">[block, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    internal static void Turned(byte* w, nint apart, int lanes, int k, int width, int* to, float* scales)
    {
        var rows = stackalloc Vector512<int>[2 * Vector];
        var own = stackalloc short[2 * Vector];
        var factors = stackalloc int[2 * Vector];
        for (var first = 0; first < k; first += Shared, w += 2 * Bytes, scales += width, to += Shared / 2 * width)
        {
            var blocks = Math.Min(2, (k - first) / Block);
            for (var lane = 0; lane < width; lane += Vector)
            {
                var here = Math.Min(Vector, lanes - lane);
                var from = w + lane * apart;
                new Span<short>(own, 2 * Vector).Clear();
                for (var i = 0; i < here; i++)
                {
                    Sse.Prefetch0(from + (Ahead + i) * apart);
                    own[i] = *(short*)(from + i * apart);
                    if (blocks > 1) { own[Vector + i] = *(short*)(from + i * apart + Bytes); }
                }
                var (low, high) = (Float16.Singles(Vector256.Load(own)), Float16.Singles(Vector256.Load(own + Vector)));
                var most = Avx512F.Max(ShortNumbers.Magnitude(low), ShortNumbers.Magnitude(high)).AsSingle();
                (most / Vector512.Create((float)Most)).Store(scales + lane);
                var inverse = Vector512.Create(Factor) / most;
                Avx512F.ConvertToVector512Int32(low * inverse).Store(factors);
                Avx512F.ConvertToVector512Int32(high * inverse).Store(factors + Vector);
                for (var block = 0; block < blocks; block++)
                {
                    var numbers = from + block * Bytes + sizeof(short);
                    for (var i = 0; i < Vector; i++)
                    {
                        rows[i] = i >= here ? default
                            : Avx512BW.MultiplyHighRoundScale(Avx512BW.ConvertToVector512Int16(Vector256.Load((sbyte*)numbers + i * apart)) << ByteBits, Vector512.Create((short)factors[block * Vector + i])).AsInt32();
                    }
                    Transposition.Turn(rows, (byte*)(to + block * Block / 2 * width + lane), width * sizeof(int));
                }
            }
        }
    }

    /// <summary>The 32 lanes of one block after another.</summary>
    /// <param name="w">The first k's block.</param>
    /// <param name="apart">Bytes from one k to the next.</param>
    /// <param name="to">[pair, 32].</param>
    /// <param name="scales">[block, 32].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    internal static void Straight(byte* w, nint apart, int k, int* to, float* scales)
    {
        var own = stackalloc short[Shared];
        var factors = stackalloc short[Shared];
        for (; k > 0; k -= Shared, w += Shared * apart, scales += Block)
        {
            var here = Math.Min(Shared, k);
            new Span<short>(own, Shared).Clear();
            for (var i = 0; i < here; i++) { own[i] = *(short*)(w + i * apart); }
            var largest = Vector512<int>.Zero;
            for (var i = 0; i < Shared; i += Vector) { largest = Avx512F.Max(largest, ShortNumbers.Magnitude(Float16.Singles(Vector256.Load(own + i)))); }
            var most = ShortNumbers.Largest(largest);
            Vector512.Create(most / Most).Store(scales);
            Vector512.Create(most / Most).Store(scales + Vector);
            var inverse = Vector512.Create(Factor / most);
            for (var i = 0; i < Shared; i += Vector) { Avx512F.ConvertToVector256Int16(Avx512F.ConvertToVector512Int32(Float16.Singles(Vector256.Load(own + i)) * inverse)).Store(factors + i); }
            for (var i = 0; i < ShortNumbers.Filled(here); i += 2, to += Block)
            {
                byte* low = w + Math.Min(i, here - 1) * apart + sizeof(short), high = w + Math.Min(i + 1, here - 1) * apart + sizeof(short); // what fills up is multiplied by 0
                var factor = Vector512.Create(*(int*)(factors + i)).AsInt16();
                Avx512BW.MultiplyHighRoundScale(Pairs(low, high), factor).AsInt32().Store(to);
                Avx512BW.MultiplyHighRoundScale(Pairs(low + Vector, high + Vector), factor).AsInt32().Store(to + Vector);
            }
        }
    }

    /// <summary>Each number of both in the upper byte of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Pairs(byte* low, byte* high) =>
        (Avx512F.ConvertToVector512Int32(Vector128.Load(low)) << ByteBits | Avx512F.ConvertToVector512Int32(Vector128.Load(high)) << 3 * ByteBits).AsInt16();
}
