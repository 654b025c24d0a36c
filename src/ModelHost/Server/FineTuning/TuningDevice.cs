namespace Platform.ModelHost.Server.FineTuning;

/// <summary>What the project's own trainer computes on. Stored by name: append only.</summary>
internal enum TuningDevice
{
    /// <summary>A graphics card where the libraries can use one and the job fits it, else the processor.</summary>
    Auto,

    Cpu,

    Gpu,
}
