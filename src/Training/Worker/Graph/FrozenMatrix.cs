using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>A matrix of the base model, which training leaves as it is.</summary>
/// <param name="Weight">[in, out], in the type of its file; read in products only when packed.</param>
/// <param name="Transposed">[out, in], or null to transpose at each use.</param>
/// <param name="Bias">[out], or null.</param>
public sealed record FrozenMatrix(string Name, Tensor Weight, Tensor? Transposed, Tensor? Bias)
{
    /// <summary>W x + bias: [in, t] to [out, t].</summary>
    internal Tensor Forward(TensorArena arena, Tensor input)
    {
        var product = arena.MatrixProduct(Transposed is null ? Exact(arena) : Weight, input);
        return Bias is null ? product : arena.Sum(product, Bias);
    }

    /// <summary>Wᵀ dy: [out, t] to [in, t].</summary>
    internal Tensor Backward(TensorArena arena, Tensor gradient) =>
        arena.MatrixProduct(Transposed ?? arena.Contiguous(arena.Transpose(Exact(arena))), gradient);

    private Tensor Exact(TensorArena arena) => Weight.Type == TensorType.F32 ? Weight : arena.ToFloats(Weight);
}
