using Platform.ModelHost.Native.Activations;
using Platform.ModelHost.Native.Products;

namespace Platform.ModelHost.Native.Tensors;

/// <summary>Activations that are computed by kernels of ours; see <see cref="ComputeBackend.HasPanels"/>.</summary>
public sealed partial class TensorArena
{
    /// <summary>As <see cref="SoftMax"/>, but where a lies, so that nothing may read a afterwards.</summary>
    public Tensor SoftMaxInPlace(Tensor a, Tensor? mask = null, float scale = 1)
    {
        Check(ProductOperation.IsSupported && Floats(a) && a.IsContiguous && (mask is null || (Floats(mask) && mask.IsContiguous && mask.Length(0) == a.Length(0) && mask.Elements == a.Length(0) * a.Length(1))), nameof(SoftMaxInPlace), $"{a} and {mask}");
        return Made(SoftMaxOperation.Make(Room(), a.Native, mask?.Native ?? 0, scale));
    }

    /// <summary>The gradient of <see cref="SwiGlu"/> at its gate, from that of its result.</summary>
    public Tensor SwiGluBackward(Tensor gradient, Tensor gate, Tensor up)
    {
        Check(ProductOperation.IsSupported && Floats(gradient, gate) && Floats(up) && SameShape(gradient, gate) && SameShape(gradient, up) && gradient.IsContiguous && gate.IsContiguous && up.IsContiguous, nameof(SwiGluBackward), $"{gradient}, {gate} and {up}");
        return Made(SwiGluGradient.Make(Room(), gradient.Native, gate.Native, up.Native));
    }
}
