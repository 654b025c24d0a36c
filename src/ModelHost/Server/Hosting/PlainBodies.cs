namespace Platform.ModelHost.Server.Hosting;

/// <summary>415 for a body that is compressed: its limits are those of what was sent, and nothing here unpacks it.</summary>
internal sealed class PlainBodies(RequestDelegate next)
{
    private const int Shown = 40;

    public Task InvokeAsync(HttpContext http)
    {
        var encoding = http.Request.Headers.ContentEncoding.ToString();
        return encoding is "" or "identity" ? next(http)
            : throw new RequestRefused(new Problem(415, "invalid_request_error", "unsupported_encoding", $"The body's encoding is '{encoding[..Math.Min(encoding.Length, Shown)]}', which is not read here. Send it as it is, without Content-Encoding."));
    }
}
