using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Training.Datasets.Storage;

namespace Platform.Training.Datasets.Generating;

/// <summary>Why making rows failed, or what it waits for. Stored.</summary>
/// <param name="Code">For translations: no_administrator, documents_gone, source_gone, model_away, model_refused, failed, or that of a <see cref="DatasetException"/>. Empty for a job of before, whose sentence was stored.</param>
/// <param name="Message">The same in English; of model_away and model_refused the model service's own.</param>
public sealed record GenerationFault(string Code, string Message)
{
    internal static GenerationFault NoAdministrator { get; } = new("no_administrator", "Whoever queued this job is no administrator any more.");

    internal static GenerationFault Of(Exception fault, GenerationWish wish) => fault switch
    {
        NotFoundException => wish.BestOf is null ? new("documents_gone", "The documents were deleted meanwhile.") : new("source_gone", "The dataset whose questions are answered was deleted meanwhile."),
        DatasetException own => new(own.Code, own.Message),
        ModelHostException { Kind: ModelHostErrorKind.Unavailable or ModelHostErrorKind.Busy or ModelHostErrorKind.StreamBroken } away => new("model_away", away.Message),
        ModelHostException refused => new("model_refused", refused.Message),
        _ => new("failed", "It failed for a reason that the log has."),
    };

    internal static GenerationFault? Read(string? stored) => stored is null ? null : stored.StartsWith('{') ? ItemJson.Read<GenerationFault>(stored) : new("", stored);
}
