using Platform.ModelHost.Native.Tensors;

namespace Platform.Training.Graph;

/// <summary>A matrix of the base model, which training leaves as it is.</summary>
/// <param name="Weight">[in, out], in the type of its file; read in products only when packed.</param>
/// <param name="Transposed">[out, in] for the way back; null where the weight itself serves, or is transposed at each use.</param>
/// <param name="Bias">[out], or null.</param>
/// <param name="Precision">How it is multiplied.</param>
public sealed record FrozenMatrix(string Name, Tensor Weight, Tensor? Transposed, Tensor? Bias, Precision Precision);
