using System.Text.Json.Serialization;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.FineTuning.Rows;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Where a job stands. Stored by name: append only.</summary>
internal enum TuningStatus { ValidatingFiles, Queued, Running, Paused, Succeeded, Failed, Cancelled }

/// <summary>Everything that is known of a job, kept as `record.json` in its folder. The names of the fields are stored.</summary>
internal sealed record TuningRecord
{
    public required string Id { get; init; }

    /// <summary>The base model's id.</summary>
    public required string Model { get; init; }

    public required string TrainingFile { get; init; }

    public string? ValidationFile { get; init; }

    /// <summary>The files that are mixed, the training file first; empty where there is but that one.</summary>
    public IReadOnlyList<MixtureShare> Mixture { get; init; } = [];

    /// <summary>Rows of the mixture; 0 for as many as fit the ratio.</summary>
    public int MixtureRows { get; init; }

    /// <summary>Name of the adapter.</summary>
    public required string Adapter { get; init; }

    public required TuningSettings Settings { get; init; }

    public long Seed { get; init; }

    public IReadOnlyDictionary<string, string?> Metadata { get; init; } = new Dictionary<string, string?>();

    public required long CreatedAt { get; init; }

    public long? StartedAt { get; init; }

    public long? FinishedAt { get; init; }

    public TuningStatus Status { get; init; }

    /// <summary>Why it waits; null where it does not.</summary>
    public JobReason? Reason { get; init; }

    /// <summary>Somebody asked it to pause.</summary>
    public bool IsPauseAsked { get; init; }

    /// <summary>Somebody asked it to end with what it learned so far.</summary>
    public bool IsStopAsked { get; init; }

    public TuningError? Error { get; init; }

    public DatasetFacts? Dataset { get; init; }

    public JobForecast? Forecast { get; init; }

    public TuningProgress Progress { get; init; } = new();

    /// <summary>Version of the adapter in the registry; null before that.</summary>
    public int? Version { get; init; }

    public IReadOnlyList<string> ResultFiles { get; init; } = [];

    /// <summary>How the adapter compares with its base; empty before the end.</summary>
    public IReadOnlyList<Measure> Measures { get; init; } = [];

    /// <summary>Checkpoints that were registered: step and `adapter@version`.</summary>
    public IReadOnlyDictionary<int, string> Registered { get; init; } = new Dictionary<int, string>();

    public string? FineTunedModel => Version is { } version ? FormattableString.Invariant($"{Model}:{Adapter}@{version}") : null;

    /// <summary>It was cancelled, and its draft is still to go out of the registry.</summary>
    public bool HasDraftToWithdraw { get; init; }

    /// <summary>Whether an adapter is the one that the job made at its end; what a version says of its job is only its own word.</summary>
    public bool IsOf(AdapterInfo adapter) => adapter.Name == Adapter && adapter.Version == Version;

    /// <summary>The same while the job goes on: between the two moments at which its adapter is put into the registry and its version is noted here, every version of its name may be.</summary>
    public bool MayMake(AdapterInfo adapter) => adapter.Name == Adapter && (Version ?? adapter.Version) == adapter.Version;

    public bool HasEnded => Status is TuningStatus.Succeeded or TuningStatus.Failed or TuningStatus.Cancelled;
}

/// <summary>Why a job failed.</summary>
internal sealed record TuningError(string Code, string Message, string? Param);

/// <summary>What a job learns from.</summary>
/// <param name="Rows">Lines of the training file.</param>
/// <param name="Examples">Texts (or pairs) that are learned from; a conversation may become several.</param>
/// <param name="HeldOut">Texts that the job is evaluated on.</param>
/// <param name="Tokens">Of one epoch.</param>
/// <param name="LearnedTokens">Of those, the ones that count.</param>
/// <param name="Longest">Tokens of the longest text.</param>
/// <param name="BaseSha256">Of the base model's file.</param>
internal sealed record DatasetFacts(int Rows, int Examples, int HeldOut, long Tokens, long LearnedTokens, int Longest, int SequenceTokens, string BaseSha256, string TrainingSha256, string? ValidationSha256)
{
    /// <summary>What is taken of each file of a mixture; empty for one file.</summary>
    public IReadOnlyList<MixedFile> Mixture { get; init; } = [];

    /// <summary>Held-out rows that stand nearly the same among the learned ones: nothing is measured by them.</summary>
    public int Leaked { get; init; }

    /// <summary>Rows whose tokens were compared with those that requests would bring, and are the same; of plain texts there is nothing to compare.</summary>
    public int Compared { get; init; }

    /// <summary>Of the texts that the job is evaluated on; 0 for a job of before.</summary>
    public long HeldOutTokens { get; init; }

    /// <summary>What the base's chat template took the time to be, in seconds since 1970; null where it writes none, and of a job of before.</summary>
    public long? RenderedAt { get; init; }
}

/// <summary>A part of a mixture as it was asked for.</summary>
/// <param name="ValidationFile">Its rows to evaluate on; null for none.</param>
/// <param name="Weight">Its share, relative to the others'.</param>
/// <param name="MaxRepeats">How often a row may be used.</param>
internal sealed record MixtureShare(string File, string? ValidationFile, double Weight, int MaxRepeats);

/// <summary>What the trainer says a job takes (docs/training.md).</summary>
internal sealed record JobForecast(long BaseBytes, long AdapterBytes, long GraphBytes, long TotalBytes, int Steps, long Tokens, double Seconds)
{
    /// <summary>cpu or gpu; null where that is a runner's to choose.</summary>
    public string? Device { get; init; }

    /// <summary>Of the seconds those for the answers to prompts and to held-out questions.</summary>
    public double AnswerSeconds { get; init; }

    /// <summary>Rows of a step.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Tokens that are computed at once.</summary>
    public int? MicroBatchTokens { get; init; }

    /// <summary>Steps between evaluations; null of a runner's, and of jobs of before, as all four.</summary>
    public int? EvaluateEvery { get; init; }

    public int? CheckpointEvery { get; init; }
}

/// <summary>The last of what the trainer told.</summary>
internal sealed record TuningProgress
{
    public int Step { get; init; }

    public int Steps { get; init; }

    public double Epoch { get; init; }

    public double? TrainLoss { get; init; }

    public double? ValidLoss { get; init; }

    /// <summary>Before the first step.</summary>
    public double? BaseValidLoss { get; init; }

    public double? BestValidLoss { get; init; }

    public int? BestStep { get; init; }

    public double? LearningRate { get; init; }

    public double? TokensPerSecond { get; init; }

    public long TrainedTokens { get; init; }

    /// <summary>The evaluations so far, the base's first; of many every second one is left out, again and again.</summary>
    public IReadOnlyList<EvaluatedStep> Evaluations { get; init => field = value ?? []; } = []; // a record of before has none

    private const int MostEvaluations = 64;

    /// <summary>The progress after one more step was told.</summary>
    public TuningProgress With(TuningMetrics told)
    {
        var isBest = told.ValidLoss is { } loss && !(loss >= BestValidLoss);
        return this with
        {
            Evaluations = told.ValidLoss is { } evaluated && double.IsFinite(evaluated) ? Thinned([.. Evaluations.TakeWhile(one => one.Step < told.Step), new EvaluatedStep(told.Step, evaluated)]) : Evaluations,
            Step = told.Step, Steps = told.TotalSteps ?? Steps, Epoch = told.Epoch ?? Epoch, TrainLoss = told.TrainLoss ?? TrainLoss, ValidLoss = told.ValidLoss ?? ValidLoss, BaseValidLoss = told is { Step: 0, ValidLoss: { } first } ? first : BaseValidLoss,
            BestValidLoss = isBest ? told.ValidLoss : BestValidLoss, BestStep = isBest ? told.Step : BestStep, LearningRate = told.LearningRate ?? LearningRate, TokensPerSecond = told.TokensPerSecond ?? TokensPerSecond, TrainedTokens = told.TrainedTokens ?? TrainedTokens,
        };
    }

    private static IReadOnlyList<EvaluatedStep> Thinned(IReadOnlyList<EvaluatedStep> all) => all.Count <= MostEvaluations ? all : [.. all.Where((_, i) => i % 2 == 0)];
}

/// <summary>The loss on the rows that are not learned from, after a step.</summary>
internal sealed record EvaluatedStep(int Step, double ValidLoss);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TuningRecord))]
internal sealed partial class RecordJson : JsonSerializerContext;
