using Platform.ModelHost.Client.Http;

namespace Platform.ModelHost.Client.Admin;

/// <summary>Passes an administrator's requests on to the model service as they came, with the service's own key.</summary>
public sealed class AdminRelay
{
    private readonly ModelHostHttp _http;

    internal AdminRelay(ModelHostHttp http) => _http = http;

    /// <summary>The service's answer; a refusal is an answer. Throws ModelHostException where there is none.</summary>
    /// <param name="method">As it came.</param>
    /// <param name="path">Path and query, encoded; below /v1.</param>
    /// <param name="body">Read once, while it is sent; null where there is none.</param>
    /// <param name="contentType">Of the body.</param>
    /// <param name="length">Of the body, bytes, where it is known.</param>
    /// <param name="cancellation">Ends the request, and the answer.</param>
    public Task<RelayedAnswer> SendAsync(HttpMethod method, string path, Stream? body, string? contentType, long? length, CancellationToken cancellation) =>
        _http.RelayAsync(method, path, body, contentType, length, cancellation);
}
