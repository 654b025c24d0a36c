using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>What the passes of one graph share. Tokens of all sequences lie one after the other in the second dimension: [width, sequences * tokens].</summary>
/// <param name="Positions">[all tokens] of each token in its sequence.</param>
/// <param name="Mask">[tokens, tokens]: 0 where a token may look, minus infinity elsewhere.</param>
/// <param name="Adapter">Null computes the base model alone.</param>
internal sealed record GraphContext(TensorArena Arena, Products Products, Activations Activations, ComputeGraph Graph, BaseModel Model, Bucket Bucket, Tensor Positions, Tensor Mask, LoraWeights? Adapter)
{
    internal ModelShape Shape => Model.Shape;
}
