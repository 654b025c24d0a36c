using System.Text.Json.Serialization;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Admin.Tuning;

/// <summary>A file of the training store.</summary>
/// <param name="Purpose">fine-tune, or fine-tune-results.</param>
public sealed record TuningFile(string Id, string Filename, string Purpose, long Bytes, string Sha256, [property: JsonConverter(typeof(UnixSeconds))] DateTimeOffset? CreatedAt);

/// <summary>What happened to a job.</summary>
/// <param name="Level">info, warn or error.</param>
/// <param name="Type">message or metrics.</param>
/// <param name="Data">Of metrics. Of two with one step the later holds.</param>
/// <param name="Rows">Rows that it is about, as "line 7".</param>
public sealed record TuningEvent(string Id, [property: JsonConverter(typeof(UnixSeconds))] DateTimeOffset? CreatedAt, string Level, string Message, string Type, TuningMetrics? Data, IReadOnlyList<string>? Rows);

/// <summary>The numbers of a step; step 0 is the base.</summary>
public sealed record TuningMetrics(int Step, int? TotalSteps, double? Epoch, double? TrainLoss, double? ValidLoss, double? LearningRate, double? GradNorm, double? TokensPerSecond, long? TrainedTokens);

/// <summary>One piece of a job's stream: an event, or the job as it stands then.</summary>
public sealed record TuningNews(TuningEvent? Event, TuningJob? Job);

/// <param name="Items">In the order that was asked for.</param>
/// <param name="HasMore">There is more after the last.</param>
public sealed record TuningPage<T>(IReadOnlyList<T> Items, bool HasMore);

/// <summary>Weights of a step that a job kept.</summary>
/// <param name="FineTunedModelCheckpoint">What answers with it; empty until it is registered.</param>
/// <param name="Best">The evaluation loss was lowest here.</param>
public sealed record TuningCheckpoint(string Id, [property: JsonConverter(typeof(UnixSeconds))] DateTimeOffset? CreatedAt, int StepNumber, string FineTunedModelCheckpoint, TuningCheckpointMetrics Metrics, bool Best, long Bytes);

public sealed record TuningCheckpointMetrics(double? TrainLoss, double? ValidLoss);

/// <summary>A text as the trainer reads it. Untrusted.</summary>
public sealed record TuningSample(string Id, int Tokens, int LearnedTokens, IReadOnlyList<TuningSamplePart> Parts);

/// <param name="Role">text; of a pair prompt, chosen or rejected.</param>
/// <param name="Learned">These tokens count.</param>
/// <param name="Pieces">The text token by token.</param>
public sealed record TuningSamplePart(string Role, bool Learned, string Text, IReadOnlyList<string> Pieces);

/// <summary>A row that was not learned from: its loss without the adapter and with it.</summary>
public sealed record HeldOutRow(string Id, double BaseLoss, double Loss, double Weight);

/// <summary>What a job would be that was not made.</summary>
/// <param name="Fits">It could begin at once.</param>
/// <param name="FreeBytes">Of the memory that may be used.</param>
public sealed record TuningOutlook(TuningDataset Dataset, TuningForecast Forecast, bool Fits, long FreeBytes, IReadOnlyList<TuningSample> Samples);
