using System.Globalization;
using System.Security.Cryptography;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>Every answer says which request it is and how long it took to begin.</summary>
internal sealed class RequestStamp(RequestDelegate next, TimeProvider time)
{
    private const string Header = "x-request-id";
    private const int MaxIdLength = 128;

    public Task InvokeAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        var given = http.Request.Headers[Header].ToString();
        http.TraceIdentifier = IsUsable(given) ? given : "req_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
        http.Response.OnStarting(() =>
        {
            http.Response.Headers[Header] = http.TraceIdentifier;
            http.Response.Headers["openai-processing-ms"] = time.GetElapsedTime(started).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        return next(http);
    }

    /// <summary>A caller's own id goes into logs and headers, so only plain characters.</summary>
    private static bool IsUsable(string id) => id.Length is > 0 and <= MaxIdLength && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}
