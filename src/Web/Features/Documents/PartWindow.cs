namespace Platform.Web.Features.Documents;

/// <summary>Which pieces of a long document are on the page: a window around the place looked at, that grows at its ends and lets go at the other.</summary>
/// <param name="From">First piece shown.</param>
/// <param name="To">One after the last.</param>
/// <param name="Count">Pieces there are.</param>
public sealed record PartWindow(int From, int To, int Count)
{
    /// <summary>A window of `reach` pieces either side of one.</summary>
    public static PartWindow Around(int index, int count, int reach) => new(Math.Max(0, index - reach), Math.Min(count, index + reach + 1), count);

    public bool MoreBefore => From > 0;

    public bool MoreAfter => To < Count;

    public bool Holds(int index) => index >= From && index < To;

    /// <summary>Moves an end outwards by `step`; the other end follows when more than `most` would be shown.</summary>
    public PartWindow Grow(bool before, int step, int most)
    {
        var from = before ? Math.Max(0, From - step) : From;
        var to = before ? To : Math.Min(Count, To + step);
        return before ? this with { From = from, To = Math.Min(to, from + most) } : this with { From = Math.Max(from, to - most), To = to };
    }
}
