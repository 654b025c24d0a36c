using Platform.ModelHost.Client.Admin;

namespace Platform.ModelHost.Client.Wire;

internal sealed record ModelJobListBody(IReadOnlyList<ModelJobBody>? Data);

internal sealed record ModelJobBody(string? Id, string? Type, string? Model, string? Status, string? Reason, double Progress, ModelJobResultBody? Result, ErrorDetailBody? Error, long CreatedAt, long? FinishedAt)
{
    public ModelJob ToJob() => new(
        Id ?? "", Kind, Model ?? "", State, Progress,
        Kind == ModelJobKind.Quantize && Result is { Model: { } made } ? new QuantizedModel(made, Result.BytesBefore ?? 0, Result.BytesAfter ?? 0, Result.Sha256 ?? "", Result.Requantized ?? false) : null,
        Result is { Perplexity: { } value } ? new MeasuredPerplexity(value, Result.StandardError ?? 0, Result.Tokens ?? 0) : null,
        Error?.Message, DateTimeOffset.FromUnixTimeSeconds(CreatedAt), FinishedAt is { } end ? DateTimeOffset.FromUnixTimeSeconds(end) : null) 
    {
        FailureCode = Error?.Code is { } code ? code.ToString() : null,
        Waits = Reason,
        Check = Result?.Check is { } check ? new ModelCheck(check.Before, check.After, check.Problem) { Answers = check.Answers, IsRounded = check.Rounded == true } : null,
        Made = Kind == ModelJobKind.Quantize ? null : Result?.Adapter ?? Result?.Model,
    };

    private ModelJobKind Kind => Type switch
    {
        "quantize" => ModelJobKind.Quantize,
        "perplexity" => ModelJobKind.Perplexity,
        "merge" => ModelJobKind.Merge,
        "convert" => ModelJobKind.Convert,
        "measure" => ModelJobKind.Measure,
        _ => ModelJobKind.Other,
    };

    private ModelJobState State => Status switch
    {
        "queued" => ModelJobState.Queued,
        "completed" => ModelJobState.Completed,
        "failed" => ModelJobState.Failed,
        "cancelled" => ModelJobState.Cancelled,
        _ => ModelJobState.Running,
    };
}

internal sealed record ModelJobResultBody(string? Model, long? BytesBefore, long? BytesAfter, string? Sha256, bool? Requantized, double? Perplexity, double? StandardError, int? Tokens, string? Adapter, ModelJobCheckBody? Check);

internal sealed record ModelJobCheckBody(double? Before, double? After, string? Problem, ModelCheckAnswers? Answers, bool? Rounded);
