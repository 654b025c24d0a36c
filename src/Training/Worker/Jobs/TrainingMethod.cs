namespace Platform.Training.Jobs;

/// <summary>What rows hold and what is learned of them. The names stand in job files: append only.</summary>
public enum TrainingMethod
{
    /// <summary>Tokens with weights.</summary>
    Supervised,

    /// <summary>Tokens of raw text, all of weight 1, cut into pieces.</summary>
    Pretraining,

    /// <summary>A prompt with an answer that is preferred to another.</summary>
    Dpo,
}
