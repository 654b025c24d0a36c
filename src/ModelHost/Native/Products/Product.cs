namespace Platform.ModelHost.Native.Products;

/// <summary>A product of two matrices in tiles of 8 rows by 32 or 48 lanes, the left side laid in panels first: whatever its type, each number of it is unpacked once for up to 1,024 rows.</summary>
/// <remarks>The order of additions follows from the sizes alone: a result does not depend on how the work is parted.</remarks>
internal static unsafe class Product
{
    private const int Vector = 16, FloatDepth = ProductRoom.Depth / 2;

    /// <summary>to[row · stride + lane] = Σ_k left[lane, k] · right[row, k].</summary>
    /// <param name="adds">Adds to what is there.</param>
    /// <param name="isShort">In whole numbers of 13 bits and a sign, which is faster; the right side's numbers along k must lie in order.</param>
    internal static void Multiply(in ProductSide left, in ProductSide right, long lanes, long rows, long k, float* to, nint stride, bool adds, bool isShort)
    {
        var room = ProductRoom.Mine;
        var atOnce = LanePanels.AtOnce(left, isShort);
        var deepest = isShort ? ProductRoom.Depth : FloatDepth;
        for (var row = 0L; row < rows; row += ProductRoom.Rows)
        {
            var high = (int)Math.Min(ProductRoom.Rows, rows - row);
            for (var first = 0L; first < k; first += deepest)
            {
                var depth = (int)Math.Min(deepest, k - first);
                if (isShort) { ShortNumbers.Rows(right.At(row, first), right.Line / sizeof(float), high, depth, (int*)room.RightSide, room.RightScales); }
                for (var lane = 0L; lane < lanes; lane += atOnce)
                {
                    var wide = (int)Math.Min(atOnce, lanes - lane);
                    var place = to + row * stride + lane;
                    if (isShort)
                    {
                        LanePanels.Lay(left, lane, wide, first, depth, isShort, room);
                        Shorts(wide, high, depth, place, stride, adds || first > 0, room);
                    }
                    else if (left.IsFloat && !left.IsAlongK && wide % Vector == 0) { Floats(left.At(lane, first), left.Step / sizeof(float), right, row, wide, high, first, depth, place, stride, adds || first > 0, room); }
                    else
                    {
                        LanePanels.Lay(left, lane, wide, first, depth, isShort, room);
                        Floats(room.LeftSide, 0, right, row, wide, high, first, depth, place, stride, adds || first > 0, room);
                    }
                }
            }
        }
    }

    private static void Shorts(int lanes, int rows, int depth, float* to, nint stride, bool adds, ProductRoom room)
    {
        var (filled, blocks) = (ShortNumbers.Filled(depth), ShortNumbers.Blocks(depth));
        for (var panel = 0; panel < lanes; panel += ShortTile.Panel)
        {
            var width = LanePanels.Width(lanes - panel, ShortTile.Panel);
            var w = (int*)room.LeftSide + (nint)panel * filled / 2;
            var scales = room.LeftScales + panel * blocks;
            for (var row = 0; row < rows; row += ShortTile.Rows)
            {
                var x = (int*)room.RightSide + (nint)row * blocks * ShortTile.HalfBlock;
                var xScales = room.RightScales + (nint)row * blocks;
                var place = new TilePlace(to + row * stride + panel, stride, adds, width, rows - row, lanes - panel, room);
                if (width == Vector) { ShortTile.Multiply<OneVector>(x, xScales, w, scales, filled / 2, place.To, place.Stride, place.Adds); }
                else { ShortTile.Multiply<TwoVectors>(x, xScales, w, scales, filled / 2, place.To, place.Stride, place.Adds); }
                place.Finish();
            }
        }
    }

    /// <param name="next">Numbers from one k of the left side to the next where it lies as the tiles read it; 0 for panels.</param>
    private static void Floats(float* left, nint next, in ProductSide right, long firstRow, int lanes, int rows, long first, int depth, float* to, nint stride, bool adds, ProductRoom room)
    {
        for (var panel = 0; panel < lanes; panel += FloatTile.Panel)
        {
            var width = LanePanels.Width(lanes - panel, FloatTile.Panel);
            var w = next == 0 ? left + (nint)panel * depth : left + panel;
            var step = next == 0 ? width : next;
            for (var row = 0; row < rows; row += ShortTile.Rows)
            {
                var x = right.At(firstRow + row, first);
                var (line, along) = (right.Line / sizeof(float), right.Step / sizeof(float));
                if (rows - row < ShortTile.Rows)
                {
                    x = Filled(x, line, along, rows - row, depth, room.LastRows);
                    (line, along) = (depth, 1);
                }
                var place = new TilePlace(to + row * stride + panel, stride, adds, width, rows - row, lanes - panel, room);
                switch (width / Vector)
                {
                    case 1: FloatTile.Multiply<OneVector>(x, line, along, w, step, depth, place.To, place.Stride, place.Adds); break;
                    case 2: FloatTile.Multiply<TwoVectors>(x, line, along, w, step, depth, place.To, place.Stride, place.Adds); break;
                    default: FloatTile.Multiply<ThreeVectors>(x, line, along, w, step, depth, place.To, place.Stride, place.Adds); break;
                }
                place.Finish();
            }
        }
    }

    private static float* Filled(float* x, nint line, nint along, int rows, int depth, float* to)
    {
        new Span<float>(to, ShortTile.Rows * depth).Clear();
        for (var row = 0; row < rows; row++)
        {
            for (var k = 0; k < depth; k++) { to[row * depth + k] = x[row * line + k * along]; }
        }
        return to;
    }
}
