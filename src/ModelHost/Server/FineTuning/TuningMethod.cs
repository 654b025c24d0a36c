namespace Platform.ModelHost.Server.FineTuning;

/// <summary>What is learned of the rows. Stored by name, in job files too: append only.</summary>
internal enum TuningMethod
{
    /// <summary>The assistant's turns of conversations.</summary>
    Supervised,

    /// <summary>Raw text.</summary>
    Pretraining,

    /// <summary>Which of two answers is better.</summary>
    Dpo,
}
