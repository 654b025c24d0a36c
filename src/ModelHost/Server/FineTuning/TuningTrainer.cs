namespace Platform.ModelHost.Server.FineTuning;

/// <summary>Who trains. Stored by name: append only.</summary>
internal enum TuningTrainer
{
    /// <summary>The project's own trainer, beside the service.</summary>
    Builtin,

    /// <summary>A runner elsewhere, with PEFT.</summary>
    Peft,
}
