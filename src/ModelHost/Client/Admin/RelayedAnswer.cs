using System.Globalization;
using Platform.ModelHost.Client.Http;

namespace Platform.ModelHost.Client.Admin;

/// <summary>What the model service answered, as it stands, a refusal too. Disposing it ends the answer where it is.</summary>
public sealed class RelayedAnswer : IDisposable
{
    private const string Buffering = "X-Accel-Buffering";
    private readonly HttpResponseMessage _response;
    private readonly Silence _silence;
    private readonly Func<Stream, Task> _copy;

    internal RelayedAnswer(HttpResponseMessage response, Silence silence, Func<Stream, Task> copy)
    {
        (_response, _silence, _copy) = (response, silence, copy);
        _silence.Heard();
    }

    /// <summary>Its HTTP status.</summary>
    public int Status => (int)_response.StatusCode;

    /// <summary>What is told with it: type, length and name of its content, when to ask again, and whether it may be kept or gathered on the way.</summary>
    public IEnumerable<(string Name, string? Value)> Headers
    {
        get
        {
            var content = _response.Content.Headers;
            yield return ("Content-Type", content.ContentType?.ToString());
            yield return ("Content-Length", content.ContentLength?.ToString(CultureInfo.InvariantCulture));
            yield return ("Content-Disposition", content.ContentDisposition?.ToString());
            yield return ("Retry-After", _response.Headers.RetryAfter?.ToString());
            yield return ("Cache-Control", _response.Headers.CacheControl?.ToString());
            yield return (Buffering, _response.Headers.TryGetValues(Buffering, out var values) ? values.First() : null); // else a proxy gathers a stream of events to its end
        }
    }

    /// <summary>Writes the answer's body into a stream, each part as it comes. Throws ModelHostException where the service breaks off.</summary>
    public Task CopyToAsync(Stream target) => _copy(target);

    public void Dispose()
    {
        _response.Dispose();
        _silence.Dispose();
    }
}
