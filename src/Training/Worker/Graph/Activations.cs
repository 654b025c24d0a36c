using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>The activations of a graph: by kernels of ours, or by ggml's.</summary>
/// <param name="isOurs">By ours; see <see cref="ComputeBackend.HasPanels"/>.</param>
internal sealed class Activations(TensorArena arena, bool isOurs)
{
    /// <summary>softmax(a * scale + mask) of each row. What a held may be lost.</summary>
    internal Tensor SoftMax(Tensor a, Tensor? mask = null, float scale = 1) => isOurs ? arena.SoftMaxInPlace(a, mask, scale) : arena.SoftMax(a, mask, scale);

    /// <summary>The gradient of silu(gate) * up at the gate, from that of the product.</summary>
    internal Tensor GateGradient(Tensor gradient, Tensor gate, Tensor up) => isOurs ? arena.SwiGluBackward(gradient, gate, up) : arena.SiluBackward(arena.Product(gradient, up), gate);
}
