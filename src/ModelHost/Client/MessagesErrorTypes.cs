namespace Platform.ModelHost;

/// <summary>What Anthropic's Messages API calls an error, by its HTTP status. Both who serves that API and who relays it speak by this table: the model service compiles this file too, as the two meet over HTTP alone.</summary>
public static class MessagesErrorTypes
{
    /// <param name="status">Of HTTP, an error's.</param>
    public static string Of(int status) => status switch
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
