namespace Platform.ModelHost.Server.FineTuning;

/// <summary>How the project's own trainer multiplies the frozen weights (docs/training.md). Stored by name: append only.</summary>
internal enum TuningPrecision
{
    /// <summary>As they lie, in short numbers: whole ones where kernels of ours multiply, else as the processor does, with a transposed copy for the way back.</summary>
    Fast,

    /// <summary>In F32: no copy, nothing rounded, slower.</summary>
    Exact,
}
