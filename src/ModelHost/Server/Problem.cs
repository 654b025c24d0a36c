namespace Platform.ModelHost.Server;

/// <summary>An error as callers see it: status, and the body of the API's error object.</summary>
internal sealed record Problem(int Status, string Type, string? Code, string Message, string? Param = null)
{
    /// <summary>Sent as Retry-After.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public int? PromptTokens { get; init; }

    public int? ContextTokens { get; init; }

    public static Problem Loading { get; } = new(503, "unavailable_error", "model_loading", "Loading model") { RetryAfter = TimeSpan.FromSeconds(5) };

    public static Problem ShuttingDown { get; } = new(503, "unavailable_error", "shutting_down", "The model service is ending.") { RetryAfter = TimeSpan.FromSeconds(5) };

    public static Problem WrongKey { get; } = new(401, "authentication_error", "invalid_api_key", "The API key is missing or wrong. Send it as 'Authorization: Bearer <key>'.");

    /// <summary>JSON.stringify writes a text so that was cut within an emoji.</summary>
    public static Problem HalfPair { get; } = new(400, "invalid_request_error", "invalid_json", "Half of a surrogate pair (\\ud800 to \\udfff) stands alone in a text of the body. Send both halves or U+FFFD.");

    public static Problem NeedsAdmin { get; } = new(403, "permission_error", "insufficient_scope", "This needs the administrator's key (Server:AdminKey).");

    /// <summary>A field that has a wrong value.</summary>
    public static Problem Invalid(string param, string message) => new(400, "invalid_request_error", "invalid_value", message, param);

    /// <summary>A field that holds another kind of value than it must.</summary>
    public static Problem WrongType(string param) => new(400, "invalid_request_error", "invalid_type", $"'{param}' has a wrong type or is out of range.", param);

    /// <summary>A field that this service knows and cannot do.</summary>
    public static Problem Unsupported(string param, string message) => new(400, "invalid_request_error", "unsupported_parameter", message, param);
}

/// <summary>Leaves a handler with a problem to answer.</summary>
internal sealed class RequestRefused(Problem problem) : Exception(problem.Message)
{
    public Problem Problem { get; } = problem;
}
