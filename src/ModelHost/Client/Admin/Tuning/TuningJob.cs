using System.Text.Json.Serialization;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Admin.Tuning;

/// <summary>Where a job stands.</summary>
public enum TuningStatus { ValidatingFiles, Queued, Running, Paused, Succeeded, Failed, Cancelled }

/// <summary>A training job as it stands.</summary>
/// <param name="Model">Id of the base model.</param>
/// <param name="FineTunedModel">What answers with the adapter: base:adapter@version. Null before the end.</param>
/// <param name="Reason">Why it waits or is held, in the service's English; null where it does neither.</param>
/// <param name="EstimatedFinish">While it runs.</param>
/// <param name="ResultFiles">Ids: the numbers of each step as CSV, then the rows that were held out.</param>
public sealed record TuningJob(
    string Id, string Model, string? FineTunedModel, TuningStatus Status, string? Reason, TuningError? Error, string TrainingFile, string? ValidationFile, IReadOnlyList<string> ResultFiles, long Seed,
    [property: JsonConverter(typeof(UnixSeconds))] DateTimeOffset? CreatedAt, [property: JsonConverter(typeof(UnixSeconds))] DateTimeOffset? StartedAt,
    [property: JsonConverter(typeof(UnixSeconds))] DateTimeOffset? FinishedAt, [property: JsonConverter(typeof(UnixSeconds))] DateTimeOffset? EstimatedFinish)
{
    /// <summary>Name of the adapter that comes of it.</summary>
    [JsonPropertyName("user_provided_suffix")]
    public string? AdapterName { get; init; }

    /// <summary>Why it waits or is held, to be said in another language: requests, pausing, stopping, evaluating, comparing, exporting, measuring, another_job, hours, memory, base_memory, no_runner, trainer_ends, restarted, files_unreadable or refused. Null where there is no reason, and where an older service keeps a sentence.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>What stands in that sentence, in its order; the last of memory, base_memory and refused is what the service says itself.</summary>
    public IReadOnlyList<string> ReasonValues { get; init; } = [];

    /// <summary>The version in the registry; null before the end.</summary>
    public TunedAdapter? Adapter { get; init; }

    /// <summary>It waits between two steps because requests run.</summary>
    [JsonPropertyName("held")]
    public bool IsHeld { get; init; }

    public TuningMethodName? Method { get; init; }

    public IReadOnlyDictionary<string, string?> Metadata { get; init; } = new Dictionary<string, string?>();

    public TuningHyperparameters? Hyperparameters { get; init; }

    public TuningLora? Lora { get; init; }

    public TuningStop? EarlyStopping { get; init; }

    public TuningSchedule? Schedule { get; init; }

    public TuningProgress Progress { get; init; } = new(0, 0, 0, null, null, null, null, null, null, null);

    /// <summary>Null until the files are looked at.</summary>
    public TuningDataset? Dataset { get; init; }

    /// <summary>Null until the files are looked at.</summary>
    public TuningForecast? Forecast { get; init; }

    /// <summary>The files that are mixed, the training file first; empty where there is but that one.</summary>
    public IReadOnlyList<TuningShare> Mixture { get; init; } = [];

    /// <summary>Rows of the mixture; 0 for as many as fit.</summary>
    public int MixtureRows { get; init; }

    /// <summary>Share of the rows that is held out, 0 for none; null where files of their own hold what is measured by, and of an older service.</summary>
    [JsonPropertyName("validation_split")]
    public double? ValidationShare { get; init; }

    /// <summary>What is asked at each evaluation; null where that is some of the held-out rows.</summary>
    public IReadOnlyList<string>? EvaluationPrompts { get; init; }

    /// <summary>builtin, or peft: a runner elsewhere.</summary>
    public string Trainer { get; init; } = "builtin";

    /// <summary>auto, cpu or gpu.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>fast or exact.</summary>
    public string Precision { get; init; } = "fast";

    /// <summary>How the adapter compares with its base; empty before the end.</summary>
    public IReadOnlyList<TuningMeasure> Measures { get; init; } = [];

    public long? TrainedTokens { get; init; }

    [JsonIgnore]
    public bool HasEnded => Status is TuningStatus.Succeeded or TuningStatus.Failed or TuningStatus.Cancelled;
}

/// <summary>Why a job failed.</summary>
/// <param name="Code">invalid_training_file, invalid_validation_file, template_mismatch, base_changed, model_not_trainable, out_of_memory, training_unstable, export_failed, job_failed and more.</param>
public sealed record TuningError(string Code, string Message, string? Param);

public sealed record TunedAdapter(string Name, int Version);

/// <param name="Type">supervised, dpo or pretraining.</param>
public sealed record TuningMethodName(string Type);

/// <summary>What was asked for: null, or 0, where it was left to the service, which tells in the forecast what it chose.</summary>
public sealed record TuningHyperparameters(
    int NEpochs, int? BatchSize, double LearningRateMultiplier, double? Beta, double LearningRate, int MaxSteps, int? SequenceTokens, int? MicroBatchTokens, double WarmupRatio, double WeightDecay, double MaxGradNorm,
    int EvalSteps, int SaveSteps, bool GradientCheckpointing);

public sealed record TuningLora(int R, double Alpha, double Dropout, IReadOnlyList<string> TargetModules, int LastLayers);

public sealed record TuningStop(int Patience, double MinDelta);

public sealed record TuningSchedule(string Window, string? TimeZone);

/// <summary>The last that the trainer told.</summary>
/// <param name="Epoch">From 0, with its part.</param>
/// <param name="BaseValidLoss">Of the base alone.</param>
public sealed record TuningProgress(
    int Step, int Steps, double Epoch, double? TrainLoss, double? ValidLoss, double? BaseValidLoss, double? BestValidLoss, int? BestStep, double? LearningRate, double? TokensPerSecond)
{
    /// <summary>The evaluations so far, the base's first; at most 64, of more some are left out.</summary>
    public IReadOnlyList<TuningEvaluated> Evaluations { get; init; } = [];
}

/// <summary>The loss on the rows that are not learned from, after a step.</summary>
public sealed record TuningEvaluated(int Step, double ValidLoss);

/// <summary>What is learned from.</summary>
/// <param name="Rows">Lines of the training file.</param>
/// <param name="Examples">Texts, or pairs.</param>
/// <param name="HeldOut">Texts that it is evaluated on.</param>
/// <param name="LearnedTokens">Tokens that count.</param>
public sealed record TuningDataset(int Rows, int Examples, int HeldOut, long Tokens, long LearnedTokens, int LongestTokens, int SequenceTokens, string TrainingSha256, string? ValidationSha256, string BaseSha256)
{
    /// <summary>What is taken of each file of a mixture; empty for one file.</summary>
    public IReadOnlyList<TuningMixed> Mixture { get; init; } = [];

    /// <summary>Held-out rows that stand nearly the same among the learned ones: nothing is measured by them.</summary>
    public int Leaked { get; init; }

    /// <summary>Rows whose tokens were compared with those that requests would bring, and are the same.</summary>
    public int Compared { get; init; }

    /// <summary>Tokens of the texts that it is evaluated on, as its base reads them; 0 of an older service.</summary>
    public long HeldOutTokens { get; init; }
}

/// <param name="Rows">That the file has.</param>
/// <param name="Taken">That are used, each as often as it is.</param>
public sealed record TuningMixed(string File, string Filename, int Rows, int Taken);

/// <summary>What a job takes.</summary>
/// <param name="MemoryBytes">All of it: the base's weights, the adapter with its moments, the largest batch.</param>
/// <param name="Seconds">May be twice as much where the machine is busy.</param>
public sealed record TuningForecast(long MemoryBytes, long BaseBytes, long AdapterBytes, long BatchBytes, int Steps, long Tokens, double Seconds)
{
    /// <summary>cpu or gpu; null where that is a runner's to choose.</summary>
    public string? Device { get; init; }

    /// <summary>Rows of a step, also where they were left to the service, as what follows; null of older jobs.</summary>
    public int? BatchSize { get; init; }

    public int? MicroBatchTokens { get; init; }

    /// <summary>Steps between evaluations.</summary>
    public int? EvalSteps { get; init; }

    /// <summary>Steps between checkpoints.</summary>
    public int? SaveSteps { get; init; }
}
