using System.Globalization;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>One event of a job, numbered. The names of the fields are stored.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="At">Milliseconds since 1970.</param>
/// <param name="Level">info, warn or error.</param>
/// <param name="Type">message or metrics.</param>
internal sealed record TuningEvent(int Number, long At, string Level, string Message, string Type)
{
    public TuningMetrics? Data { get; init; }

    /// <summary>Rows that it is about.</summary>
    public IReadOnlyList<string>? Rows { get; init; }

    /// <summary>What the message says, for whoever says it in another language; null where that is not told.</summary>
    public string? Code { get; init; }

    /// <summary>What stands in the message, in its order.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Of an event that the trainer told: how far its progress had been read then, in bytes.</summary>
    public long? Read { get; init; }

    public string Id(string job) => FormattableString.Invariant($"ftevent-{job["ftjob-".Length..]}-{Number}");

    /// <summary>The number in an id of a job's event; null where it is no such id.</summary>
    public static int? NumberOf(string id, string job) =>
        int.TryParse(id.AsSpan(Math.Max(0, id.LastIndexOf('-') + 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && new TuningEvent(number, 0, "", "", "").Id(job) == id ? number : null;
}

/// <summary>Numbers of a step; what was not measured is left out.</summary>
internal sealed record TuningMetrics
{
    public int Step { get; init; }
    public int? TotalSteps { get; init; }
    public double? Epoch { get; init; }
    public double? TrainLoss { get; init; }
    public double? ValidLoss { get; init; }
    public double? LearningRate { get; init; }
    public double? GradNorm { get; init; }
    public double? TokensPerSecond { get; init; }
    public long? TrainedTokens { get; init; }

    /// <summary>Of pairs: the mean of β · margin, and the share whose chosen answer is preferred more than by the base.</summary>
    public double? RewardMargin { get; init; }
    public double? PreferenceAccuracy { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TuningEvent))]
[JsonSerializable(typeof(TrainerLine))]
internal sealed partial class EventJson : JsonSerializerContext;

/// <summary>A line of the trainer's progress.jsonl (docs/training.md).</summary>
internal sealed record TrainerLine
{
    public string? Type { get; init; }
    public DateTimeOffset At { get; init; }
    public int? Step { get; init; }
    public int? Steps { get; init; }
    public double? Epoch { get; init; }
    public double? TrainLoss { get; init; }
    public double? ValidLoss { get; init; }
    public double? LearningRate { get; init; }
    public double? GradNorm { get; init; }
    public double? TokensPerSecond { get; init; }
    public long? TrainedTokens { get; init; }
    public string? Level { get; init; }
    public string? Message { get; init; }
    public IReadOnlyList<string>? Rows { get; init; }
    public string? State { get; init; }
    public string? Phase { get; init; }
    public string? Fault { get; init; }
    public double? RewardMargin { get; init; }
    public double? PreferenceAccuracy { get; init; }
    public string? Code { get; init; }
    public IReadOnlyList<string>? Values { get; init; }
}
