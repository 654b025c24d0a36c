namespace Platform.ModelHost.Server.FineTuning;

/// <summary>How a job trains. The names of the fields are stored.</summary>
internal sealed record TuningSettings
{
    public TuningMethod Method { get; init; }

    public TuningTrainer Trainer { get; init; }

    public TuningDevice Device { get; init; }

    public TuningPrecision Precision { get; init; }

    public int Epochs { get; init; } = 3;

    /// <summary>0 does not end earlier.</summary>
    public int MaxSteps { get; init; }

    public int BatchSize { get; init; }

    /// <summary>Most tokens of a row; null takes as many as the longest has, up to a limit.</summary>
    public int? SequenceTokens { get; init; }

    public int? MicroBatchTokens { get; init; }

    public double LearningRate { get; init; }

    public double WarmupShare { get; init; } = 0.05;

    public double WeightDecay { get; init; } = 0.1;

    public double MaxGradient { get; init; } = 1;

    public double Beta { get; init; } = 0.1;

    public bool Checkpointing { get; init; }

    /// <summary>Steps between evaluations; 0 makes about twenty.</summary>
    public int EvaluateEvery { get; init; }

    public int CheckpointEvery { get; init; }

    public LoraShape Lora { get; init; } = new();

    /// <summary>Null trains to the end.</summary>
    public EarlyStop? EarlyStopping { get; init; } = new();

    /// <summary>Share of the rows that is held out where there is no validation file, 0 to 0.5.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>What is asked at each evaluation; null takes some of the held-out rows.</summary>
    public IReadOnlyList<string>? EvaluationPrompts { get; init; }

    /// <summary>When it may run; null for always.</summary>
    public string? Window { get; init; }

    public string? TimeZone { get; init; }
}

/// <param name="Targets">q, k, v, o, gate, up, down.</param>
/// <param name="LastLayers">Only so many layers, counted from the last; 0 for all.</param>
internal sealed record LoraShape(int Rank = 16, double Alpha = 32, double Dropout = 0, IReadOnlyList<string>? Targets = null, int LastLayers = 0);

internal sealed record EarlyStop(int Patience = 3, double MinDelta = 0.005);
