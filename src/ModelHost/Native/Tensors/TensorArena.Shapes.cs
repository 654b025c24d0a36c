namespace Platform.ModelHost.Native.Tensors;

/// <summary>Operations that move numbers and do not change them.</summary>
public sealed partial class TensorArena
{
    /// <summary>Rows [k] of a [n, …] by their numbers, as F32 [n, k]. Who writes the numbers must hold them below a's rows.</summary>
    public Tensor Rows(Tensor a, Tensor rows)
    {
        Check(rows.Type == TensorType.I32 && rows.Length(1) == 1 && rows.Length(2) == 1 && a.Length(2) == 1 && a.Length(3) == 1, nameof(Rows), $"{a} and {rows}");
        return Made(Ggml.ggml_get_rows(Room(), a.Native, rows.Native));
    }

    /// <summary>The gradient of <see cref="Rows"/>: adds each row [n, k] to its place in zeros of the shape of like.</summary>
    public Tensor RowsBackward(Tensor gradient, Tensor rows, Tensor like)
    {
        Check(Floats(gradient) && rows.Type == TensorType.I32 && rows.Elements == gradient.Length(1) && gradient.Length(0) == like.Length(0) && gradient.IsContiguous && like.Length(2) == 1 && gradient.Length(2) == 1, nameof(RowsBackward), $"{gradient}, {rows} and {like}");
        return Made(Ggml.ggml_get_rows_back(Room(), gradient.Native, rows.Native, like.Native));
    }

    /// <summary>Puts values [n, k] in place of the rows of a that rows [k] numbers, where a lies.</summary>
    public Tensor ReplaceRows(Tensor a, Tensor values, Tensor rows)
    {
        Check(Floats(a, values) && rows.Type == TensorType.I32 && rows.Elements == values.Length(1) && a.Length(0) == values.Length(0) && a.Length(2) == 1 && values.Length(2) == 1 && a.HasWholeRows && values.HasWholeRows, nameof(ReplaceRows), $"{a}, {values} and {rows}");
        return Made(Ggml.ggml_set_rows(Room(), a.Native, values.Native, rows.Native));
    }

    /// <summary>The first two dimensions exchanged; only a view.</summary>
    public Tensor Transpose(Tensor a) => Made(Ggml.ggml_transpose(Room(), a.Native));

    /// <summary>Dimension i of a becomes dimension axes[i]; only a view.</summary>
    public Tensor Permute(Tensor a, int axis0, int axis1, int axis2, int axis3)
    {
        Check((1 << axis0 | 1 << axis1 | 1 << axis2 | 1 << axis3) == 15, nameof(Permute), $"the axes {axis0}, {axis1}, {axis2}, {axis3}");
        return Made(Ggml.ggml_permute(Room(), a.Native, axis0, axis1, axis2, axis3));
    }

    /// <summary>The numbers of a view, copied to lie in order.</summary>
    public Tensor Contiguous(Tensor a)
    {
        Check(!a.IsPacked, nameof(Contiguous), $"{a}");
        return Made(Ggml.ggml_cont(Room(), a.Native));
    }

    /// <summary>The same numbers in another shape; a must lie in order.</summary>
    public Tensor Reshape(Tensor a, long n0, long n1, long n2 = 1, long n3 = 1)
    {
        Check(a.IsContiguous && a.Elements == n0 * n1 * n2 * n3, nameof(Reshape), $"{a} to [{n0}, {n1}, {n2}, {n3}]");
        return Made(Ggml.ggml_reshape_4d(Room(), a.Native, n0, n1, n2, n3));
    }

    /// <summary>Turns each head [n, heads, tokens] by its token's position.</summary>
    public Tensor Rope(Tensor a, Tensor positions, Rotation rotation)
    {
        CheckRope(a, positions, rotation);
        return Made(Ggml.ggml_rope_ext(Room(), a.Native, positions.Native, rotation.Factors?.Native ?? 0, rotation.Dimensions, rotation.IsNeox ? 2 : 0, 0, rotation.FrequencyBase, rotation.FrequencyScale, 0, 1, 32, 1));
    }

    /// <summary>The gradient of <see cref="Rope"/>: turns back.</summary>
    public Tensor RopeBackward(Tensor gradient, Tensor positions, Rotation rotation)
    {
        CheckRope(gradient, positions, rotation);
        return Made(Ggml.ggml_rope_ext_back(Room(), gradient.Native, positions.Native, rotation.Factors?.Native ?? 0, rotation.Dimensions, rotation.IsNeox ? 2 : 0, 0, rotation.FrequencyBase, rotation.FrequencyScale, 0, 1, 32, 1));
    }

    private static void CheckRope(Tensor a, Tensor positions, Rotation rotation)
    {
        var factors = rotation.Factors is null || (Floats(rotation.Factors) && rotation.Factors.Length(0) >= rotation.Dimensions / 2);
        Check(Floats(a) && a.HasWholeRows && positions.Type == TensorType.I32 && positions.Elements == a.Length(2) && rotation.Dimensions > 0 && rotation.Dimensions % 2 == 0 && rotation.Dimensions <= a.Length(0) && factors, nameof(Rope), $"{a}, {positions} and {rotation}");
    }
}
