using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;
using Platform.ModelHost.Server.Wire.Messages;

namespace Platform.ModelHost.Server.Messages;

/// <summary>Marks an endpoint whose refusals have Anthropic's shape.</summary>
internal sealed class SpeaksAnthropic;

/// <summary>Problems in Anthropic's words.</summary>
internal static class MessageErrors
{
    /// <summary>Anthropic's own name of x-request-id.</summary>
    public const string RequestId = "request-id";

    public static MessageError Of(Problem problem, string requestId) => new("error", new MessageErrorDetail(Type(problem.Status), problem.Message), requestId);

    /// <summary>A failed stream's last event.</summary>
    public static StreamManner Manner(string requestId) => new(problem => StreamItem.Of(Of(problem, requestId), ServerJson.Wire.MessageError, "error"), EndsWithDone: false);

    private static string Type(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 => "overloaded_error",
        < 500 => "invalid_request_error",
        _ => "api_error",
    };
}
