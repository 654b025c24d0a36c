using Platform.ModelHost.Native.Products;

namespace Platform.ModelHost.Native.Tensors;

/// <summary>Products that are computed by kernels of ours; see <see cref="ComputeBackend.HasPanels"/>.</summary>
public sealed partial class TensorArena
{
    /// <summary>
    /// left [k, n] by right [k, m] gives [n, m], as <see cref="MatrixProduct"/> does, but either may be a transposed view, left of any type. Where left has fewer matrices than right, each serves several in a row.
    /// </summary>
    /// <param name="isShort">Multiplies in whole numbers of 13 bits and a sign, each 64 along k with a scale: faster, and a hundred times finer than 8 bits. Right must then not be transposed.</param>
    /// <param name="isTurned">left is [n, k]; as a transposed view, but of any type.</param>
    /// <param name="second">A second pair whose product is added; multiplied in F32.</param>
    public Tensor PanelProduct(Tensor left, Tensor right, bool isShort = false, bool isTurned = false, (Tensor Left, Tensor Right)? second = null)
    {
        Check(ProductOperation.IsSupported && Fits(left, right, isTurned) && (!isShort || right.HasWholeRows) && (!isTurned || left.HasWholeRows), nameof(PanelProduct), $"{left} and {right}");
        var (n, m) = (left.Length(isTurned ? 0 : 1), right.Length(1));
        var fits = second is not var (also, with) || (Fits(also, with, isTurned: false) && also.Length(1) == n && with.Length(1) == m && with.Length(2) == right.Length(2) && with.Length(3) == right.Length(3));
        Check(fits, nameof(PanelProduct), $"{second} beside {left} and {right}");
        ReadOnlySpan<nint> sources = second is var (l, r) ? [left.Native, right.Native, l.Native, r.Native] : [left.Native, right.Native];
        return Made(ProductOperation.Make(Room(), sources, n, m, right.Length(2), right.Length(3), isShort, isTurned));
    }

    private static bool Fits(Tensor left, Tensor right, bool isTurned) =>
        left.Length(isTurned ? 1 : 0) == right.Length(0) && right.Length(2) % left.Length(2) == 0 && right.Length(3) == left.Length(3) && Floats(right) && ProductOperation.Reads(left.Native) && ProductOperation.Reads(right.Native);
}
