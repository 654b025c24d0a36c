namespace Platform.ModelHost.Server.FineTuning;

/// <summary>How the project's own trainer multiplies the frozen weights (docs/training.md). Stored by name: append only.</summary>
internal enum TuningPrecision
{
    /// <summary>As they lie, with a transposed copy for the way back.</summary>
    Fast,

    /// <summary>As F32 made at each use: no copy, nothing rounded, slower.</summary>
    Exact,
}
