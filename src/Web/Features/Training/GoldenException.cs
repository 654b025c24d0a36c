using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.Retrieval;

namespace Platform.Web.Features.Training;

/// <summary>Why golden questions could not be asked of a version: a code that pages have words for, and an English sentence for programs.</summary>
public sealed class GoldenException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>Nothing of the knowledge base can be searched: all would be answered alike, by whichever model.</summary>
    public static GoldenException Empty() => new("base_empty", "The knowledge base that the questions are about has no document that can be searched now.");

    /// <summary>The same of whatever went wrong.</summary>
    public static GoldenException Of(Exception fault) => fault switch
    {
        GoldenException known => known,
        NotFoundException => new("base_gone", "The knowledge base that the questions are about was deleted, or whoever named them may not read it any more."),
        InvalidDataException unreadable => new("questions_unreadable", $"The questions cannot be read: {unreadable.Message}"),
        RunException { InnerException: ModelHostException told } => Of(told),
        RunException { Kind: RunErrorKind.ContextTooLong } or ModelHostException { Kind: ModelHostErrorKind.ContextTooLong } => new("context_too_long", fault.Message),
        RunException { Kind: RunErrorKind.ModelUnavailable or RunErrorKind.ModelBusy } silent => new("unavailable", silent.Message),
        ModelHostException { Kind: ModelHostErrorKind.ModelNotFound } gone => new("model_gone", gone.Message),
        ModelHostException { Kind: ModelHostErrorKind.Unavailable or ModelHostErrorKind.Busy or ModelHostErrorKind.StreamBroken } away => new("unavailable", away.Message),
        ModelHostException refused => new("refused", refused.Message),
        _ => new("other", "It failed for a reason that the log has."),
    };
}
