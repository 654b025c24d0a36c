using Microsoft.Extensions.Logging;

namespace Platform.Retrieval.Search;

/// <summary>What search writes to the log. Questions are never in it.</summary>
internal static partial class SearchLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Search goes on by words only until questions can be embedded again: {Reason}")]
    public static partial void WordsOnly(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Search is by meaning again.")]
    public static partial void ByMeaningAgain(this ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Passages stand in the fused order until they can be reranked again: {Reason}")]
    public static partial void NotReranked(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Passages are reranked again.")]
    public static partial void RerankedAgain(this ILogger log);
}
