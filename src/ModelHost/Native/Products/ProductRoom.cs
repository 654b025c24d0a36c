namespace Platform.ModelHost.Native.Products;

/// <summary>Where one thread lays the numbers that it is about to multiply: as much as the caches near the processor hold, whatever the product's size.</summary>
/// <remarks>Of the collected heap, pinned: ggml's threads end without a word, and theirs is then collected.</remarks>
internal sealed unsafe class ProductRoom
{
    /// <summary>Most rows of the right side, lanes of the left, and numbers along k.</summary>
    internal const int Rows = 1_024, Lanes = 768, Depth = 512;

    private const int Alignment = 64, Block = ShortTile.Block;

    [ThreadStatic] private static ProductRoom? mine;
    private readonly byte[] memory = GC.AllocateUninitializedArray<byte>(Alignment + 4 * (Rows * Depth / 2 + Rows * Depth / Block + Lanes * Depth / 2 + Lanes * Depth / Block + Block * Lanes + ShortTile.Rows * (Depth + FloatTile.Panel)), pinned: true);

    private ProductRoom()
    {
        fixed (byte* first = memory)
        {
            RightSide = (float*)(((nint)first + Alignment - 1) / Alignment * Alignment);
            RightScales = RightSide + Rows * Depth / 2;
            LeftSide = RightScales + Rows * Depth / Block;
            LeftScales = LeftSide + Lanes * Depth / 2;
            Plain = LeftScales + Lanes * Depth / Block;
            LastRows = Plain + Block * Lanes;
            Sums = LastRows + ShortTile.Rows * Depth;
        }
    }

    internal static ProductRoom Mine => mine ??= new ProductRoom();

    /// <summary>Rows as pairs of whole numbers.</summary>
    internal float* RightSide { get; }

    internal float* RightScales { get; }

    /// <summary>Panels of lanes: floats up to half the depth, or pairs of whole numbers.</summary>
    internal float* LeftSide { get; }

    internal float* LeftScales { get; }

    /// <summary>What is read of the left side: a panel along k, or 64 numbers of all lanes.</summary>
    internal float* Plain { get; }

    /// <summary>Fewer than eight rows, filled up.</summary>
    internal float* LastRows { get; }

    /// <summary>Of a tile that is not whole.</summary>
    internal float* Sums { get; }
}
