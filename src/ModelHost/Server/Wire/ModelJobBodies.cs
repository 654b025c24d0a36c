using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>`POST /v1/model_jobs`.</summary>
/// <param name="Type">quantize, perplexity, merge or convert.</param>
/// <param name="To">quantize: the number format.</param>
/// <param name="Name">quantize and merge: id of the new model; convert: the adapter that it becomes a version of.</param>
/// <param name="Source">convert: the folder in the registry of adapters, as PEFT saved it.</param>
/// <param name="Text">perplexity: what to foretell. Untrusted.</param>
/// <param name="Adapter">perplexity and merge: name or name@version.</param>
/// <param name="MaxTokens">perplexity: tokens of the text that are read.</param>
internal sealed record ModelJobRequest(string? Type, string? Model, string? To, string? Name, string? Source, string? Text, string? Adapter, int? MaxTokens);

internal sealed record ModelJobListBody(string Object, IReadOnlyList<ModelJobBody> Data);

/// <summary>A job as it stands.</summary>
/// <param name="Status">queued, running, completed, failed or cancelled.</param>
/// <param name="Reason">What it waits for where that is more than its turn: room in memory.</param>
/// <param name="Progress">0 to 1.</param>
internal sealed record ModelJobBody(string Id, string Object, string Type, string Model, string Status, string? Reason, double Progress, ModelJobResult? Result, ErrorDetail? Error, long CreatedAt, long? FinishedAt);

/// <summary>What came out: of quantising and merging the first ones, of measuring the next, of converting the adapter; of quantising and merging also how the new model compares with the old.</summary>
[method: JsonConstructor]
internal sealed record ModelJobResult(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Model = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? BytesBefore = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? BytesAfter = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sha256 = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Requantized = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Perplexity = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? StandardError = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Tokens = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Adapter = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ModelJobCheck? Check = null);

/// <summary>The perplexity of what a model was made of, and of the model, on the text that comes with the program.</summary>
/// <param name="Tokens">That were foretold.</param>
/// <param name="Problem">Why it could not be measured; null where it was.</param>
internal sealed record ModelJobCheck(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Before,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? After,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Tokens,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Problem)
{
    /// <summary>Of a merged model: how it answers beside its base with the adapter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelJobAnswers? Answers { get; init; }

    /// <summary>Of a merged model: its weights are quantised, so that merging rounded them anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Rounded { get; init; }
}

/// <summary>The same prompts put to what a model was merged of, and to the model, always taking the likeliest token.</summary>
/// <param name="Same">Of those that were asked, the ones that were answered the same to the letter.</param>
/// <param name="Problem">Why they could not be asked; null where they were.</param>
internal sealed record ModelJobAnswers(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Asked,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Same,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Problem);
