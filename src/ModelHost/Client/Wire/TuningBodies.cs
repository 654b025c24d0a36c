using System.Text.Json.Serialization;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.ModelHost.Client.Wire;

internal sealed record PageBody<T>(IReadOnlyList<T>? Data, bool HasMore)
{
    public TuningPage<T> ToPage() => new(Data ?? [], HasMore);
}

/// <summary>What an item of a stream says that it is.</summary>
internal sealed record ObjectBody(string? Object);

/// <summary>How much an answer is liked.</summary>
internal sealed record ScoreBody(double? Reward);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(SnakeCaseStatus)])]
[JsonSerializable(typeof(TuningJob))]
[JsonSerializable(typeof(TuningEvent))]
[JsonSerializable(typeof(TuningFile))]
[JsonSerializable(typeof(TuningOutlook))]
[JsonSerializable(typeof(TuningAnswers))]
[JsonSerializable(typeof(ObjectBody))]
[JsonSerializable(typeof(PageBody<TuningJob>))]
[JsonSerializable(typeof(PageBody<TuningEvent>))]
[JsonSerializable(typeof(PageBody<TuningFile>))]
[JsonSerializable(typeof(PageBody<TuningCheckpoint>))]
[JsonSerializable(typeof(PageBody<TuningSample>))]
[JsonSerializable(typeof(PageBody<HeldOutRow>))]
[JsonSerializable(typeof(PageBody<ScoreBody>))]
internal sealed partial class TuningJson : JsonSerializerContext;

internal sealed class SnakeCaseStatus() : JsonStringEnumConverter<TuningStatus>(System.Text.Json.JsonNamingPolicy.SnakeCaseLower);
