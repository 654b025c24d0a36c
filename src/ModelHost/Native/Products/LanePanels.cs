using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Platform.ModelHost.Native.Products;

/// <summary>Lays lanes of a product's left side in panels of 48, k after k, as the tiles read them. Lanes that fill up the last vector are zero.</summary>
internal static unsafe class LanePanels
{
    private const int Vector = 16, Block = ShortTile.Block;

    /// <param name="lane">The first.</param>
    /// <param name="first">Of k.</param>
    /// <param name="isShort">Makes pairs of whole numbers and their scales; else floats.</param>
    internal static void Lay(in ProductSide side, long lane, int lanes, long first, int depth, bool isShort, ProductRoom room)
    {
        if (side.IsAlongK) { Turned(side, lane, lanes, first, depth, isShort, room); } else { Straight(side, lane, lanes, first, depth, isShort, room); }
    }

    /// <summary>Lanes of a panel of so many, whole vectors.</summary>
    internal static int Width(int lanes) => Math.Min(ProductRoom.Panel, (lanes + Vector - 1) / Vector * Vector);

    private static void Turned(in ProductSide side, long lane, int lanes, long first, int depth, bool isShort, ProductRoom room)
    {
        var whole = ShortNumbers.Filled(depth);
        for (var panel = 0; panel < lanes; panel += ProductRoom.Panel)
        {
            var width = Width(lanes - panel);
            if (whole > depth || panel + width > lanes) { new Span<float>(room.Plain, width * whole).Clear(); }
            for (var i = 0; i < Math.Min(width, lanes - panel); i++) { side.Read(lane + panel + i, first, depth, room.Plain + i * whole); }
            if (isShort) { ShortNumbers.Lanes(room.Plain, whole, width, (int*)room.LeftSide + (nint)panel * whole / 2, room.LeftScales + panel * ShortNumbers.Blocks(depth)); }
            else { TurnedFloats(room.Plain, whole, depth, width, room.LeftSide + (nint)panel * depth); }
        }
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
        var (stride, whole) = ((lanes + Vector - 1) / Vector * Vector, ShortNumbers.Filled(depth));
        for (var k = 0; k < depth; k += Block)
        {
            var here = Math.Min(Block, depth - k);
            for (var i = 0; i < here; i++)
            {
                side.Read(first + k + i, lane, lanes, room.Plain + i * stride);
                new Span<float>(room.Plain + i * stride + lanes, stride - lanes).Clear();
            }
            for (var panel = 0; panel < lanes; panel += ProductRoom.Panel)
            {
                var width = Width(lanes - panel);
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
