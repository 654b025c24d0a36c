namespace Platform.ModelHost.Client;

/// <summary>Why a call to the model service did not succeed.</summary>
public enum ModelHostErrorKind { Unavailable, Busy, ContextTooLong, BadRequest, Unauthorized, ModelNotFound, StreamBroken, Failed }

/// <summary>A call to the model service that did not succeed. Cancellation is never reported as this.</summary>
public sealed class ModelHostException(ModelHostErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public ModelHostErrorKind Kind { get; } = kind;

    /// <summary>When to try again, if the service said.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>HTTP status of the refusal; null where none arrived.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The service's own code, such as model_loading or queue_full; null where it gave none.</summary>
    public string? Code { get; init; }

    /// <summary>The field of the request that the service complains of; null where it named none.</summary>
    public string? Param { get; init; }

    /// <summary>It tells of this request or this model alone: nothing was sent, or the service lives and says that the one model or the one answer failed.</summary>
    internal bool SaysNothingOfEngine { get; init; }

    /// <summary>The service has no such path, wants another request there, or answers in another shape: what we asked for is not what it does.</summary>
    internal bool IsAboutThePath => Kind != ModelHostErrorKind.ModelNotFound && (StatusCode is 400 or 404 or 405 or 415 or 422 or 501 || this is { Kind: ModelHostErrorKind.Failed, StatusCode: null });
}
