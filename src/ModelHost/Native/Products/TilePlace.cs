using System.Runtime.CompilerServices;

namespace Platform.ModelHost.Native.Products;

/// <summary>Where a tile's sums go: into the result, or, where the tile is larger than what is left of it, beside it and from there.</summary>
internal readonly unsafe struct TilePlace
{
    private readonly float* result;
    private readonly nint line;
    private readonly bool adds;
    private readonly int rows, lanes;

    /// <param name="to">The result's first number of the tile.</param>
    /// <param name="line">Numbers from one row of the result to the next.</param>
    /// <param name="adds">The tile is added to what is there.</param>
    /// <param name="width">Lanes of the tile.</param>
    /// <param name="rows">Rows that are left, at least one.</param>
    /// <param name="lanes">Lanes that are left, at least one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TilePlace(float* to, nint line, bool adds, int width, int rows, int lanes, ProductRoom room)
    {
        (this.line, this.adds, this.rows, this.lanes, IsWhole) = (line, adds, Math.Min(rows, ShortTile.Rows), Math.Min(lanes, width), rows >= ShortTile.Rows && lanes >= width);
        result = to;
        To = IsWhole ? to : room.Sums;
        (Stride, Adds) = (IsWhole ? line : width, IsWhole && adds);
    }

    internal float* To { get; }

    internal nint Stride { get; }

    internal bool Adds { get; }

    private bool IsWhole { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Finish()
    {
        if (!IsWhole) { Move(); }
    }

    private void Move()
    {
        for (var row = 0; row < rows; row++)
        {
            for (var lane = 0; lane < lanes; lane++) { result[row * line + lane] = To[row * Stride + lane] + (adds ? result[row * line + lane] : 0); }
        }
    }
}
