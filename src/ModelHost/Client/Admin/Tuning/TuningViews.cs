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
public sealed record TuningEvent(string Id, [property: JsonConverter(typeof(UnixSeconds))] DateTimeOffset? CreatedAt, string Level, string Message, string Type, TuningMetrics? Data, IReadOnlyList<string>? Rows)
{
    /// <summary>What the message says, for another language; null where that is not told.</summary>
    public string? Code { get; init; }

    /// <summary>What stands in the message, in its order.</summary>
    public IReadOnlyList<string>? Values { get; init; }
}

/// <summary>The numbers of a step; step 0 is the base.</summary>
public sealed record TuningMetrics(int Step, int? TotalSteps, double? Epoch, double? TrainLoss, double? ValidLoss, double? LearningRate, double? GradNorm, double? TokensPerSecond, long? TrainedTokens)
{
    /// <summary>Of an evaluation of pairs: by how much more than the base chosen answers are preferred, the mean of β · margin.</summary>
    public double? RewardMargin { get; init; }

    /// <summary>Of an evaluation of pairs: the share whose chosen answer is preferred more than by the base, 0 to 1.</summary>
    public double? PreferenceAccuracy { get; init; }

    /// <summary>When it was told; null where that is not known.</summary>
    [JsonIgnore]
    public DateTimeOffset? At { get; init; }
}

/// <summary>One piece of a job's stream: an event, or the job as it stands then.</summary>
public sealed record TuningNews(TuningEvent? Event, TuningJob? Job);

/// <param name="Items">In the order that was asked for.</param>
/// <param name="HasMore">There is more after the last.</param>
public sealed record TuningPage<T>(IReadOnlyList<T> Items, bool HasMore);

/// <summary>Weights of a step that a job kept.</summary>
/// <param name="FineTunedModelCheckpoint">What answers with it; null until it is registered.</param>
/// <param name="Best">The evaluation loss was lowest here.</param>
public sealed record TuningCheckpoint(string Id, [property: JsonConverter(typeof(UnixSeconds))] DateTimeOffset? CreatedAt, int StepNumber, string? FineTunedModelCheckpoint, TuningCheckpointMetrics Metrics, bool Best, long Bytes);

public sealed record TuningCheckpointMetrics(double? TrainLoss, double? ValidLoss);

/// <summary>A text as the trainer reads it. Untrusted.</summary>
public sealed record TuningSample(string Id, int Tokens, int LearnedTokens, IReadOnlyList<TuningSamplePart> Parts);

/// <param name="Role">text; of a pair prompt, chosen or rejected.</param>
/// <param name="Learned">These tokens count.</param>
/// <param name="Pieces">The text token by token.</param>
public sealed record TuningSamplePart(string Role, bool Learned, string Text, IReadOnlyList<string> Pieces);

/// <summary>A row that was not learned from: its loss without the adapter and with it.</summary>
/// <param name="Question">With all after it of the rows that were asked at the end; null of others.</param>
/// <param name="Reference">What the row answers.</param>
/// <param name="F1">How near the answer with the adapter is to the row's, 0 to 1.</param>
public sealed record HeldOutRow(string Id, double BaseLoss, double Loss, double Weight, string? Question, string? Reference, string? BaseAnswer, string? Answer, double? BaseF1, double? F1);

/// <summary>What was answered to the same prompts at each evaluation, the base (step 0) first.</summary>
public sealed record TuningAnswers(IReadOnlyList<TuningPrompt> Prompts, [property: JsonPropertyName("data")] IReadOnlyList<TuningEvaluation> Evaluations);

/// <param name="Id">The row that it comes from.</param>
/// <param name="Reference">What the row answers; null where nobody knows.</param>
public sealed record TuningPrompt(string Id, string Question, string? Reference);

/// <param name="Answers">In the order of the prompts; null where one could not be answered. Untrusted.</param>
public sealed record TuningEvaluation(int Step, IReadOnlyList<string?> Answers);

/// <summary>One measure of an adapter and of its base.</summary>
/// <param name="Name">perplexity, general_perplexity (the lower the better), preference_accuracy (share of pairs, 0 to 1), reward_margin, exact_match, accuracy, f1, bleu, rouge_1, rouge_2, rouge_l (0 to 1), golden_accuracy (share of golden questions answered rightly).</param>
/// <param name="Of">Rows that it is about; null where it is about a text.</param>
public sealed record TuningMeasure(string Name, double Base, double Value, int? Of)
{
    /// <summary>Of golden questions those that were answered without a model, as nothing was found for them; null of all else.</summary>
    public int? WithoutModel { get; init; }

    /// <summary>Of golden questions, of which the gate tells the share that was answered wrongly.</summary>
    [JsonIgnore]
    public bool IsGolden => Name == "golden_accuracy";
}

/// <summary>What a job would be that was not made.</summary>
/// <param name="Fits">It could begin at once.</param>
/// <param name="FreeBytes">Of the memory that may be used.</param>
public sealed record TuningOutlook(TuningDataset Dataset, TuningForecast Forecast, bool Fits, long FreeBytes, IReadOnlyList<TuningSample> Samples)
{
    /// <summary>Whether a runner elsewhere is there to take it; null where the service trains it itself.</summary>
    [JsonPropertyName("runner")]
    public bool? HasRunner { get; init; }
}
