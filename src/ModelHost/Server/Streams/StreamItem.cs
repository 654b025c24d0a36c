using System.Text.Json.Serialization.Metadata;

namespace Platform.ModelHost.Server.Streams;

/// <summary>What a stream of server-sent events carries: an event with a JSON body, or a comment that clients skip.</summary>
internal readonly record struct StreamItem(string? Comment, string? Event, object? Body, JsonTypeInfo? Type)
{
    public static StreamItem Of<T>(T body, JsonTypeInfo<T> type, string? name = null) => new(null, name, body, type);

    public static StreamItem Say(string comment) => new(comment, null, null, null);
}

/// <summary>What differs between the streams of the APIs that are spoken here.</summary>
/// <param name="OfFailure">The last event of a stream that fails.</param>
/// <param name="EndsWithDone">True for OpenAI's older endpoints, whose streams end with [DONE].</param>
internal sealed record StreamManner(Func<Problem, StreamItem> OfFailure, bool EndsWithDone);
