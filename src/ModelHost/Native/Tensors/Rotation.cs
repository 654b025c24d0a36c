namespace Platform.ModelHost.Native.Tensors;

/// <summary>How a model turns its heads by position.</summary>
/// <param name="Dimensions">Numbers of a head that are turned.</param>
/// <param name="IsNeox">Turns the halves of a head against each other; else neighbours.</param>
/// <param name="FrequencyScale">1 divided by the linear scaling factor.</param>
/// <param name="Factors">A divisor for each frequency, F32 [dimensions / 2], or null.</param>
public sealed record Rotation(int Dimensions, bool IsNeox, float FrequencyBase, float FrequencyScale, Tensor? Factors);
