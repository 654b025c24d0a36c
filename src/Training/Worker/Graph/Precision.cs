namespace Platform.Training.Graph;

/// <summary>How the frozen weights are multiplied.</summary>
public enum Precision
{
    /// <summary>As they lie, packed for the processor where it can, with a transposed copy for the way back.</summary>
    Fast,

    /// <summary>As F32, made of the weights at each use: no copy is kept, nothing is rounded, and a step takes about half as long again.</summary>
    Exact,
}
