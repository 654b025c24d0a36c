using System.Text.Json;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>`POST /v1/fine_tuning/jobs`. What may be "auto" is read as it stands.</summary>
internal sealed record TuningRequest
{
    public string? Model { get; init; }
    public string? TrainingFile { get; init; }
    public string? ValidationFile { get; init; }

    /// <summary>Name of the adapter.</summary>
    public string? Suffix { get; init; }

    public long? Seed { get; init; }
    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }
    public MethodFields? Method { get; init; }

    /// <summary>builtin or peft.</summary>
    public string? Trainer { get; init; }

    /// <summary>auto, cpu or gpu; of the project's own trainer.</summary>
    public string? Device { get; init; }

    /// <summary>fast or exact; of the project's own trainer.</summary>
    public string? Precision { get; init; }

    /// <summary>Of supervised learning, where clients had it before there were methods.</summary>
    public HyperparameterFields? Hyperparameters { get; init; }

    public LoraFields? Lora { get; init; }

    /// <summary>An object, or false for none.</summary>
    public JsonElement? EarlyStopping { get; init; }

    public ScheduleFields? Schedule { get; init; }

    /// <summary>Share of the rows that is held out where there is no validation file.</summary>
    public double? ValidationSplit { get; init; }

    /// <summary>What is asked at each evaluation, at most five; without it some of the held-out rows are, and none where it is empty.</summary>
    public IReadOnlyList<string?>? EvaluationPrompts { get; init; }

    /// <summary>Several files in a ratio, in place of `training_file`.</summary>
    public IReadOnlyList<MixtureFields?>? Mixture { get; init; }

    /// <summary>Rows of the mixture; without it as many as fit the ratio.</summary>
    public int? MixtureRows { get; init; }

    public JsonElement? Integrations { get; init; }
}

/// <param name="Step">Of the checkpoint to go on from; null for the last.</param>
internal sealed record ResumeRequest(int? Step);

/// <param name="Weight">Its share, relative to the others'; 1 where it is left out.</param>
/// <param name="MaxRepeats">How often a row may be used; 1 where it is left out.</param>
internal sealed record MixtureFields(string? File, string? ValidationFile, double? Weight, int? MaxRepeats);

internal sealed record MethodFields(string? Type, MethodBodyFields? Supervised, MethodBodyFields? Dpo, MethodBodyFields? Pretraining);

internal sealed record MethodBodyFields(HyperparameterFields? Hyperparameters);

internal sealed record HyperparameterFields
{
    public JsonElement? NEpochs { get; init; }
    public JsonElement? BatchSize { get; init; }
    public JsonElement? LearningRateMultiplier { get; init; }
    public JsonElement? Beta { get; init; }
    public double? LearningRate { get; init; }
    public int? MaxSteps { get; init; }
    public int? SequenceTokens { get; init; }
    public int? MicroBatchTokens { get; init; }
    public double? WarmupRatio { get; init; }
    public double? WeightDecay { get; init; }
    public double? MaxGradNorm { get; init; }
    public int? EvalSteps { get; init; }
    public int? SaveSteps { get; init; }
    public bool? GradientCheckpointing { get; init; }
}

/// <param name="Quantization">none or 4bit: what the base's file must be.</param>
internal sealed record LoraFields(int? R, double? Alpha, double? Dropout, JsonElement? TargetModules, string? Quantization, int? LastLayers);

internal sealed record EarlyStoppingFields(string? Metric, int? Patience, double? MinDelta, bool? RestoreBest);

/// <param name="Window">As 22:00-06:00.</param>
/// <param name="TimeZone">IANA name; null takes that of the machine.</param>
internal sealed record ScheduleFields(string? Window, string? TimeZone);
