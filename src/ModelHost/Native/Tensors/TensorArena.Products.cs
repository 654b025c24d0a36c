using Platform.ModelHost.Native.Products;

namespace Platform.ModelHost.Native.Tensors;

/// <summary>Products that are computed by kernels of ours; see <see cref="ComputeBackend.HasPanels"/>.</summary>
public sealed partial class TensorArena
{
    /// <summary>
    /// left [k, n] by right [k, m] gives [n, m], as <see cref="MatrixProduct"/> does, but either may be a transposed view, left of any type. Where left has fewer matrices than right, each serves several in a row.
    /// </summary>
    /// <param name="isShort">Multiplies in whole numbers of 14 bits, each 32 along k with a scale: faster, and nearly as exact as F32. Right must then not be transposed.</param>
    /// <param name="second">A second pair whose product is added; multiplied in F32.</param>
    public Tensor PanelProduct(Tensor left, Tensor right, bool isShort = false, (Tensor Left, Tensor Right)? second = null)
    {
        Check(ProductOperation.IsSupported && Fits(left, right) && (!isShort || right.HasWholeRows), nameof(PanelProduct), $"{left} and {right}");
        var (n, m) = (left.Length(1), right.Length(1));
        if (second is not var (also, with)) { return Made(ProductOperation.Make(Room(), [left.Native, right.Native], n, m, right.Length(2), right.Length(3), isShort)); }
        Check(Fits(also, with) && also.Length(1) == n && with.Length(1) == m && with.Length(2) == right.Length(2) && with.Length(3) == right.Length(3), nameof(PanelProduct), $"{also} and {with} beside {left} and {right}");
        return Made(ProductOperation.Make(Room(), [left.Native, right.Native, also.Native, with.Native], n, m, right.Length(2), right.Length(3), isShort));
    }

    private static bool Fits(Tensor left, Tensor right) =>
        left.Length(0) == right.Length(0) && right.Length(2) % left.Length(2) == 0 && right.Length(3) == left.Length(3) && Floats(right) && ProductOperation.Reads(left.Native) && ProductOperation.Reads(right.Native);
}
