namespace Platform.ModelHost.Native.Tensors;

/// <summary>The operations that training needs. Each gives a new tensor, computed when a graph that holds it is. Shapes are written [fastest, …].</summary>
public sealed partial class TensorArena
{
    private const int FullPrecision = 10;

    /// <summary>a [k, n] by b [k, m] gives [n, m]: dot products of rows. Further dimensions of b repeat those of a. a may be packed.</summary>
    public Tensor MatrixProduct(Tensor a, Tensor b)
    {
        Check(a.Length(0) == b.Length(0) && b.Length(2) % a.Length(2) == 0 && b.Length(3) % a.Length(3) == 0 && a.HasWholeRows && !a.IsTransposed && Floats(b) && b.HasWholeRows, nameof(MatrixProduct), $"{a} and {b}");
        var product = Made(Ggml.ggml_mul_mat(Room(), a.Native, b.Native));
        if (a.Type == TensorType.F16) { Ggml.ggml_mul_mat_set_prec(product.Native, FullPrecision); } // sums of gradients leave the range of F16
        return product;
    }

    /// <summary>a [n, t] by b [m, t] gives [n, m]: the sum over t of the outer products. Both F32.</summary>
    public Tensor OuterProduct(Tensor a, Tensor b)
    {
        Check(a.Length(1) == b.Length(1) && b.Length(2) % a.Length(2) == 0 && b.Length(3) % a.Length(3) == 0 && Floats(a, b) && a.HasWholeRows && !a.IsTransposed, nameof(OuterProduct), $"{a} and {b}");
        return Made(Ggml.ggml_out_prod(Room(), a.Native, b.Native));
    }

    /// <summary>a + b; b is repeated where it is smaller.</summary>
    public Tensor Sum(Tensor a, Tensor b)
    {
        Check(Repeats(b, a) && Floats(a, b) && a.HasWholeRows, nameof(Sum), $"{a} and {b}");
        return Made(Ggml.ggml_add(Room(), a.Native, b.Native));
    }

    /// <summary>Adds b to a where a lies.</summary>
    public Tensor Accumulate(Tensor a, Tensor b)
    {
        Check(Repeats(b, a) && Floats(a, b) && a.HasWholeRows, nameof(Accumulate), $"{a} and {b}");
        return Made(Ggml.ggml_add_inplace(Room(), a.Native, b.Native));
    }

    /// <summary>a * b, place by place; b is repeated where it is smaller.</summary>
    public Tensor Product(Tensor a, Tensor b)
    {
        Check(Repeats(b, a) && Floats(a, b) && a.HasWholeRows, nameof(Product), $"{a} and {b}");
        return Made(Ggml.ggml_mul(Room(), a.Native, b.Native));
    }

    /// <summary>a * factor + addend.</summary>
    public Tensor Scale(Tensor a, float factor, float addend = 0)
    {
        Check(Floats(a) && a.IsContiguous, nameof(Scale), $"{a}");
        return Made(Ggml.ggml_scale_bias(Room(), a.Native, factor, addend));
    }

    /// <summary>The sum of the squares of all numbers, [1].</summary>
    public Tensor SquareSum(Tensor a)
    {
        Check(Floats(a) && a.IsContiguous, nameof(SquareSum), $"{a}");
        var squares = Made(Ggml.ggml_sqr(Room(), a.Native));
        return Made(Ggml.ggml_sum(Room(), squares.Native));
    }

    public Tensor Log(Tensor a)
    {
        Check(Floats(a) && a.IsContiguous, nameof(Log), $"{a}");
        return Made(Ggml.ggml_log(Room(), a.Native));
    }

    /// <summary>The gradient of silu at its input.</summary>
    public Tensor SiluBackward(Tensor gradient, Tensor input)
    {
        Check(Floats(gradient, input) && SameShape(gradient, input) && gradient.IsContiguous && input.IsContiguous, nameof(SiluBackward), $"{gradient} and {input}");
        return Made(Ggml.ggml_silu_back(Room(), gradient.Native, input.Native));
    }

    /// <summary>silu(gate) * up.</summary>
    public Tensor SwiGlu(Tensor gate, Tensor up)
    {
        Check(Floats(gate, up) && SameShape(gate, up) && gate.IsContiguous && up.IsContiguous, nameof(SwiGlu), $"{gate} and {up}");
        return Made(Ggml.ggml_swiglu_split(Room(), gate.Native, up.Native));
    }

    /// <summary>Each row divided by its root mean square.</summary>
    public Tensor RmsNorm(Tensor a, float epsilon)
    {
        Check(Floats(a) && a.HasWholeRows, nameof(RmsNorm), $"{a}");
        return Made(Ggml.ggml_rms_norm(Room(), a.Native, epsilon));
    }

    /// <summary>The gradient of <see cref="RmsNorm"/> at its input.</summary>
    public Tensor RmsNormBackward(Tensor gradient, Tensor input, float epsilon)
    {
        Check(Floats(gradient, input) && SameShape(gradient, input) && gradient.HasWholeRows && input.HasWholeRows, nameof(RmsNormBackward), $"{gradient} and {input}");
        return Made(Ggml.ggml_rms_norm_back(Room(), gradient.Native, input.Native, epsilon));
    }

    /// <summary>softmax(a * scale + mask) of each row. The mask [n, m] is repeated over further dimensions.</summary>
    public Tensor SoftMax(Tensor a, Tensor? mask = null, float scale = 1)
    {
        Check(Floats(a) && a.IsContiguous && (mask is null || (Floats(mask) && mask.IsContiguous && mask.Length(0) == a.Length(0) && mask.Length(1) >= a.Length(1) && a.Length(2) % mask.Length(2) == 0)), nameof(SoftMax), $"{a} and {mask}");
        return Made(Ggml.ggml_soft_max_ext(Room(), a.Native, mask?.Native ?? 0, scale, 0));
    }

    /// <summary>The gradient of <see cref="SoftMax"/> at its input, from its output. The graph must use the output again later: see <see cref="ComputeGraph.OverwrittenSoftMax"/>.</summary>
    public Tensor SoftMaxBackward(Tensor gradient, Tensor output, float scale)
    {
        Check(Floats(gradient, output) && SameShape(gradient, output) && gradient.IsContiguous && output.IsContiguous, nameof(SoftMaxBackward), $"{gradient} and {output}");
        return Made(Ggml.ggml_soft_max_ext_back(Room(), gradient.Native, output.Native, scale, 0));
    }

    /// <summary>The same numbers as F32; a may be packed.</summary>
    public Tensor ToFloats(Tensor a) => Made(Ggml.ggml_cast(Room(), a.Native, (int)TensorType.F32));

    /// <summary>One step of AdamW on a parameter, in place. The settings [7]: learning rate, beta 1, beta 2, epsilon, decay, 1/(1-beta1^t), 1/(1-beta2^t).</summary>
    public Tensor AdamWStep(Tensor parameter, Tensor gradient, Tensor m, Tensor v, Tensor settings)
    {
        var fits = Floats(parameter, gradient) && Floats(m, v) && Floats(settings) && SameShape(parameter, gradient) && SameShape(parameter, m) && SameShape(parameter, v) && settings.Elements == 7 && parameter.IsContiguous && gradient.IsContiguous;
        Check(fits && parameter.IsParameter, nameof(AdamWStep), $"{parameter}, {gradient}, {m}, {v} and {settings}");
        return Made(Ggml.ggml_opt_step_adamw(Room(), parameter.Native, gradient.Native, m.Native, v.Native, settings.Native));
    }

    private static bool Floats(Tensor a) => a.Type == TensorType.F32;

    private static bool Floats(Tensor a, Tensor b) => Floats(a) && Floats(b);

    private static bool SameShape(Tensor a, Tensor b) => a.Length(0) == b.Length(0) && a.Length(1) == b.Length(1) && a.Length(2) == b.Length(2) && a.Length(3) == b.Length(3);

    private static bool Repeats(Tensor small, Tensor large) => large.Length(0) % small.Length(0) == 0 && large.Length(1) % small.Length(1) == 0 && large.Length(2) % small.Length(2) == 0 && large.Length(3) % small.Length(3) == 0;
}
