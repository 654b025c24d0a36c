using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Platform.ModelHost.Native.Products;

/// <summary>Lays lanes of a product's left side in panels of 32 or 48, k after k, as the tiles read them. Lanes that fill up the last vector are zero.</summary>
internal static unsafe class LanePanels
{
    private const int Vector = 16, Block = ShortTile.Block;

    /// <param name="lane">The first.</param>
    /// <param name="first">Of k.</param>
    /// <param name="isShort">Makes pairs of whole numbers and their scales; else floats.</param>
    internal static void Lay(in ProductSide side, long lane, int lanes, long first, int depth, bool isShort, ProductRoom room)
    {
        if (isShort && side.IsQ8) { Packed(side, lane, lanes, first, depth, room); }
        else if (side.IsAlongK) { Turned(side, lane, lanes, first, depth, isShort, room); }
        else { Straight(side, lane, lanes, first, depth, isShort, room); }
    }

    /// <summary>Lanes of a panel of so many, whole vectors.</summary>
    /// <param name="most">That a panel takes.</param>
    internal static int Width(int lanes, int most) => Math.Min(most, (lanes + Vector - 1) / Vector * Vector);

    /// <summary>Lanes that are laid before they are multiplied: a panel, which then is still in the nearest cache, or, where numbers of all lanes lie in order and are unpacked together, many.</summary>
    internal static int AtOnce(in ProductSide side, bool isShort) => isShort && side.IsQ8 ? ShortTile.Panel : !side.IsAlongK ? ProductRoom.Lanes : isShort ? ShortTile.Panel : FloatTile.Panel;

    private static void Packed(in ProductSide side, long lane, int lanes, long first, int depth, ProductRoom room)
    {
        if (side.IsAlongK) { Q8Numbers.Turned(side.Block(lane, first), side.Apart, lanes, depth, Width(lanes, ShortTile.Panel), (int*)room.LeftSide, room.LeftScales); }
        else { Q8Numbers.Straight(side.Block(first, lane), side.Apart, depth, (int*)room.LeftSide, room.LeftScales); }
    }

    private static void Turned(in ProductSide side, long lane, int lanes, long first, int depth, bool isShort, ProductRoom room)
    {
        var (whole, width) = (ShortNumbers.Filled(depth), Width(lanes, isShort ? ShortTile.Panel : FloatTile.Panel));
        if (whole > depth || width > lanes) { new Span<float>(room.Plain, width * whole).Clear(); }
        for (var i = 0; i < lanes; i++) { side.Read(lane + i, first, depth, room.Plain + i * whole); }
        if (isShort) { ShortNumbers.Lanes(room.Plain, whole, width, (int*)room.LeftSide, room.LeftScales); } else { TurnedFloats(room.Plain, whole, depth, width, room.LeftSide); }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TurnedFloats(float* from, int stride, int depth, int width, float* to)
    {
        var rows = stackalloc Vector512<int>[2 * Vector];
        var last = stackalloc Vector512<int>[Vector];
        for (var lane = 0; lane < width; lane += Vector)
        {
            for (var k = 0; k < depth; k += Vector)
            {
                for (var i = 0; i < Vector; i++) { rows[i] = Vector512.Load((int*)from + (nint)(lane + i) * stride + k); }
                var here = to + (nint)k * width + lane;
                if (k + Vector <= depth)
                {
                    Transposition.Turn(rows, (byte*)here, width * sizeof(float));
                    continue;
                }
                Transposition.Turn(rows, (byte*)last, sizeof(Vector512<int>));
                for (var i = 0; i < depth - k; i++) { last[i].Store((int*)here + i * width); }
            }
        }
    }

    private static void Straight(in ProductSide side, long lane, int lanes, long first, int depth, bool isShort, ProductRoom room)
    {
        var (stride, whole, most) = ((lanes + Vector - 1) / Vector * Vector, ShortNumbers.Filled(depth), isShort ? ShortTile.Panel : FloatTile.Panel);
        for (var k = 0; k < depth; k += Block)
        {
            var here = Math.Min(Block, depth - k);
            for (var i = 0; i < here; i++)
            {
                side.Read(first + k + i, lane, lanes, room.Plain + i * stride);
                new Span<float>(room.Plain + i * stride + lanes, stride - lanes).Clear();
            }
            for (var panel = 0; panel < lanes; panel += most)
            {
                var width = Width(lanes - panel, most);
                if (isShort) { ShortNumbers.OneBlock(room.Plain + panel, stride, here, width, (int*)room.LeftSide + (nint)panel * whole / 2 + k / 2 * width, room.LeftScales + panel * ShortNumbers.Blocks(depth) + k / Block * width); }
                else { Copy(room.Plain + panel, stride, here, width, room.LeftSide + (nint)panel * depth + (nint)k * width); }
            }
        }
    }

    private static void Copy(float* from, int stride, int depth, int width, float* to)
    {
        for (var i = 0; i < depth; i++) { new Span<float>(from + i * stride, width).CopyTo(new Span<float>(to + i * width, width)); }
    }
}
