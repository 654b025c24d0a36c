using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>All products of a graph: by kernels of ours, or by ggml's. Left [k, n] by right [k, m] gives [n, m].</summary>
/// <param name="inPanels">By ours; see <see cref="ComputeBackend.HasPanels"/>.</param>
internal sealed class Products(TensorArena arena, bool inPanels)
{
    /// <summary>Whether either side of a product may be a transposed view, so that nothing need be copied.</summary>
    internal bool TakeViews => inPanels;

    /// <summary>Both F32; either may be transposed. Where left is, ggml sums outer products.</summary>
    internal Tensor Of(Tensor left, Tensor right) =>
        TakeViews ? arena.PanelProduct(left, right)
        : left.IsTransposed ? arena.OuterProduct(arena.Transpose(left), arena.Transpose(right))
        : arena.MatrixProduct(left, right);

    /// <summary>x with its first two dimensions exchanged, for a side whose dot products are long.</summary>
    internal Tensor Turned(Tensor x) => TakeViews ? arena.Transpose(x) : arena.Contiguous(arena.Transpose(x));

    /// <summary>W x + bias, and what an adapter adds: [in, t] to [out, t].</summary>
    internal Tensor Forward(FrozenMatrix matrix, Tensor input, (Tensor Left, Tensor Right)? added = null)
    {
        var product = TakeViews ? arena.PanelProduct(matrix.Weight, input, IsShort(matrix), isTurned: false, added)
            : Added(arena.MatrixProduct(matrix.Precision == Precision.Exact ? Exact(matrix) : matrix.Weight, input), added);
        return matrix.Bias is null ? product : arena.Sum(product, matrix.Bias);
    }

    /// <summary>Wᵀ dy, and what an adapter adds: [out, t] to [in, t].</summary>
    internal Tensor Backward(FrozenMatrix matrix, Tensor gradient, (Tensor Left, Tensor Right)? added = null) =>
        TakeViews ? arena.PanelProduct(matrix.Weight, gradient, IsShort(matrix), isTurned: true, added)
        : Added(arena.MatrixProduct(matrix.Transposed ?? arena.Contiguous(arena.Transpose(Exact(matrix))), gradient), added);

    private static bool IsShort(FrozenMatrix matrix) => matrix.Precision == Precision.Fast && matrix.Weight.Type != TensorType.F32;

    private Tensor Added(Tensor product, (Tensor Left, Tensor Right)? added) => added is var (left, right) ? arena.Sum(product, Of(left, right)) : product;

    private Tensor Exact(FrozenMatrix matrix) => matrix.Weight.Type == TensorType.F32 ? matrix.Weight : arena.ToFloats(matrix.Weight);
}
