using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Messages;

namespace Platform.ModelHost.Server.Messages;

/// <summary>Problems in Anthropic's words.</summary>
internal static class MessageErrors
{
    /// <summary>Anthropic's own name of x-request-id.</summary>
    public const string RequestId = "request-id";

    /// <summary>Whether a request is refused in Anthropic's shape: whatever stands below its path, also what is not there.</summary>
    public static bool AreOf(HttpRequest request) => request.Path.StartsWithSegments("/v1/messages");

    public static MessageError Of(Problem problem, string requestId) => new("error", new MessageErrorDetail(MessagesErrorTypes.Of(problem.Status), problem.Message), requestId);

    /// <summary>A failed stream's last event.</summary>
    public static StreamManner Manner(string requestId) => new(problem => StreamItem.Of(Of(problem, requestId), ServerJson.Wire.MessageError, "error"), EndsWithDone: false);
}
