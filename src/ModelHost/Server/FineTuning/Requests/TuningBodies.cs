using System.Text.Json;
using Platform.ModelHost.Server.FineTuning.Measures;

namespace Platform.ModelHost.Server.FineTuning.Requests;

internal sealed record TuningJobListBody(string Object, IReadOnlyList<TuningJobBody> Data, bool HasMore, string? FirstId, string? LastId);

/// <summary>A job as OpenAI's clients know it, and what more there is to say of it.</summary>
internal sealed record TuningJobBody(string Id, string Object, long CreatedAt, long? FinishedAt, long? EstimatedFinish, string Model, string? FineTunedModel, string OrganizationId, string Status)
{
    public required long? TrainedTokens { get; init; }
    public required TuningErrorBody? Error { get; init; }
    public required string TrainingFile { get; init; }
    public required string? ValidationFile { get; init; }

    /// <summary>Share of the rows that is held out, 0 for none; null where files of their own hold what is measured by.</summary>
    public required double? ValidationSplit { get; init; }

    public required IReadOnlyList<MixtureBody> Mixture { get; init; }
    public required int MixtureRows { get; init; }

    /// <summary>What is asked at each evaluation; null where that is some of the held-out rows.</summary>
    public required IReadOnlyList<string>? EvaluationPrompts { get; init; }

    public required IReadOnlyList<string> ResultFiles { get; init; }
    public required long Seed { get; init; }
    public required MethodBody Method { get; init; }
    public required string Trainer { get; init; }
    public required string Device { get; init; }
    public required string Precision { get; init; }
    public required HyperparameterBody Hyperparameters { get; init; }
    public required IReadOnlyDictionary<string, string?> Metadata { get; init; }
    public required string? UserProvidedSuffix { get; init; }

    /// <summary>Why it waits, or is held.</summary>
    public required string? Reason { get; init; }

    /// <summary>The same to be said in another language; null where nothing is, and of jobs of before.</summary>
    public required string? ReasonCode { get; init; }

    /// <summary>What stands in the sentence, in its order.</summary>
    public required IReadOnlyList<string> ReasonValues { get; init; }

    public required long? StartedAt { get; init; }

    /// <summary>It waits between two steps because requests run.</summary>
    public required bool Held { get; init; }

    public required AdapterOfJob? Adapter { get; init; }
    public required LoraBody Lora { get; init; }
    public required EarlyStoppingBody? EarlyStopping { get; init; }
    public required ScheduleBody? Schedule { get; init; }
    public required ProgressBody Progress { get; init; }
    public required DatasetBody? Dataset { get; init; }
    public required ForecastBody? Forecast { get; init; }

    /// <summary>How the adapter compares with its base; empty before the end.</summary>
    public required IReadOnlyList<Measure> Measures { get; init; }
}

internal sealed record TuningErrorBody(string Code, string Message, string? Param);

internal sealed record AdapterOfJob(string Name, int Version);

/// <summary>The one method that is set has a body.</summary>
internal sealed record MethodBody(string Type, MethodPart? Supervised, MethodPart? Dpo, MethodPart? Pretraining);

internal sealed record MethodPart(HyperparameterBody Hyperparameters);

internal sealed record HyperparameterBody(
    int NEpochs, int? BatchSize, double LearningRateMultiplier, double? Beta, double LearningRate, int MaxSteps, int? SequenceTokens, int? MicroBatchTokens, double WarmupRatio, double WeightDecay, double MaxGradNorm,
    int EvalSteps, int SaveSteps, bool GradientCheckpointing);

internal sealed record LoraBody(int R, double Alpha, double Dropout, IReadOnlyList<string> TargetModules, int LastLayers);

internal sealed record EarlyStoppingBody(string Metric, int Patience, double MinDelta, bool RestoreBest);

internal sealed record ScheduleBody(string Window, string? TimeZone);

internal sealed record ProgressBody(int Step, int Steps, double Epoch, double? TrainLoss, double? ValidLoss, double? BaseValidLoss, double? BestValidLoss, int? BestStep, double? LearningRate, double? TokensPerSecond, IReadOnlyList<EvaluatedBody> Evaluations);

internal sealed record EvaluatedBody(int Step, double ValidLoss);

/// <param name="Leaked">Held-out rows that stand nearly the same among the learned ones: nothing is measured by them.</param>
/// <param name="Compared">Rows whose tokens are those that requests would bring, each of which was looked at; a plain text has nothing to compare.</param>
/// <param name="HeldOutTokens">Of the texts that the job is evaluated on, as its base reads them; 0 for a job of before.</param>
internal sealed record DatasetBody(int Rows, int Examples, int HeldOut, long Tokens, long LearnedTokens, int LongestTokens, int SequenceTokens, string TrainingSha256, string? ValidationSha256, string BaseSha256, IReadOnlyList<MixedBody> Mixture, int Leaked, int Compared, long HeldOutTokens);

/// <summary>What is taken of a file of a mixture.</summary>
/// <param name="Rows">That it has.</param>
/// <param name="Taken">That are used, each as often as it is.</param>
internal sealed record MixedBody(string File, string Filename, int Rows, int Taken);

internal sealed record MixtureBody(string File, string? ValidationFile, double Weight, int MaxRepeats);

/// <param name="MemoryBytes">All of it: the base's frozen weights, the adapter with its moments, the largest batch.</param>
/// <param name="AnswerSeconds">Of the seconds those for the answers to prompts at each evaluation, and to held-out questions at the end.</param>
/// <param name="Device">What it is computed on: cpu or gpu; null where that is a runner's to choose.</param>
/// <param name="BatchSize">Rows of a step, also where they were left to the service, as the three behind it.</param>
internal sealed record ForecastBody(long MemoryBytes, long BaseBytes, long AdapterBytes, long BatchBytes, int Steps, long Tokens, double Seconds, double AnswerSeconds, string? Device, int? BatchSize, int? MicroBatchTokens, int? EvalSteps, int? SaveSteps);

/// <summary>What a job would be, without making it.</summary>
internal sealed record ForecastAnswer(string Object, DatasetBody Dataset, ForecastBody Forecast, bool Fits, long FreeBytes, IReadOnlyList<SampleBody> Samples, bool? Runner);

internal sealed record TuningEventListBody(string Object, IReadOnlyList<TuningEventBody> Data, bool HasMore, string? FirstId, string? LastId);

internal sealed record TuningEventBody(string Object, string Id, long CreatedAt, string Level, string Message, string Type, JsonElement? Data, IReadOnlyList<string>? Rows, string? Code, IReadOnlyList<string>? Values);

internal sealed record CheckpointListBody(string Object, IReadOnlyList<CheckpointBody> Data, bool HasMore, string? FirstId, string? LastId);

/// <param name="FineTunedModelCheckpoint">The model that answers with it: the job's own, of the step whose weights became its adapter; null of one that is not registered, which nothing answers with.</param>
/// <param name="Best">The evaluation loss was lowest here.</param>
internal sealed record CheckpointBody(string Id, string Object, long CreatedAt, string FineTuningJobId, int StepNumber, string? FineTunedModelCheckpoint, CheckpointMetrics Metrics, bool Best, long Bytes);

internal sealed record CheckpointMetrics(int Step, double? TrainLoss, double? ValidLoss, double? FullValidLoss, double? TrainMeanTokenAccuracy, double? ValidMeanTokenAccuracy, double? FullValidMeanTokenAccuracy);

internal sealed record SampleListBody(string Object, IReadOnlyList<SampleBody> Data);

/// <summary>A text as the trainer reads it, cut where learned and other tokens meet.</summary>
internal sealed record SampleBody(string Id, int Tokens, int LearnedTokens, IReadOnlyList<SamplePart> Parts);

/// <param name="Role">text; of a pair prompt, chosen or rejected.</param>
internal sealed record SamplePart(string Role, bool Learned, string Text, IReadOnlyList<string> Pieces);

internal sealed record HeldOutListBody(string Object, IReadOnlyList<HeldOutBody> Data);

/// <param name="Question">With all after it of the rows that were asked; null of others.</param>
internal sealed record HeldOutBody(string Id, double BaseLoss, double Loss, double Weight, string? Question, string? Reference, string? BaseAnswer, string? Answer, double? BaseF1, double? F1);

/// <summary>The job's prompts, and what was answered to them at each evaluation, the base first.</summary>
internal sealed record EvaluationListBody(string Object, IReadOnlyList<ProbeBody> Prompts, IReadOnlyList<EvaluationBody> Data, bool HasMore, string? FirstId, string? LastId);

/// <param name="Reference">What the row answers; null where nobody knows.</param>
internal sealed record ProbeBody(string Id, string Question, string? Reference);

/// <param name="Answers">In the order of the prompts; null where one does not fit the model's context.</param>
internal sealed record EvaluationBody(string Id, string Object, long CreatedAt, int Step, IReadOnlyList<string?> Answers);

internal sealed record TuningJobDeleted(string Id, string Object, bool Deleted);
