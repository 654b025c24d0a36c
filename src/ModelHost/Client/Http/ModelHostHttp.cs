using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Platform.ModelHost.Client.Admin;

namespace Platform.ModelHost.Client.Http;

/// <summary>The connections to one model service. Every failure leaves here as <see cref="ModelHostException"/>; the caller's cancellation passes through.</summary>
internal sealed class ModelHostHttp : IDisposable
{
    private const int PartBytes = 64 * 1024;
    private readonly HttpClient _http;
    private readonly ModelHostOptions _options;
    private readonly TimeProvider _time;
    private readonly string _root;
    private readonly ConcurrentDictionary<Silence, bool> _streams = new();

    public ModelHostHttp(Uri endpoint, string apiKey, ModelHostOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        Endpoint = endpoint;
        var root = endpoint.AbsoluteUri.TrimEnd('/');
        _root = root.EndsWith("/v1", StringComparison.Ordinal) ? root[..^3] : root;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = _options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // follows a name that moves to another replica
            UseProxy = !endpoint.IsLoopback,
            AllowAutoRedirect = false, // the bearer token goes to the configured service only
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        if (apiKey.Length > 0)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        }
    }

    public Uri Endpoint { get; }

    public void Dispose() => _http.Dispose();

    /// <summary>Ends every stream that was asked for or heard of last so long ago, as if its connection had been cut.</summary>
    public void GiveUpStreams(TimeSpan quiet)
    {
        foreach (var silence in _streams.Keys)
        {
            silence.GiveUpAfter(quiet);
        }
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var silence = new Silence(_options.SilenceLimit, _time, cancellation);
        using var response = await OpenAsync(HttpMethod.Get, path, null, silence, cancellation);
        return await ReadJsonAsync(response, type, silence, cancellation);
    }

    /// <summary>True when the service answers well there; false when it has no such path, or not for us. Throws ModelHostException when it is not well.</summary>
    public async Task<bool> IsHealthyAsync(string path, CancellationToken cancellation)
    {
        using var silence = new Silence(_options.SilenceLimit, _time, cancellation);
        try
        {
            using var response = await OpenAsync(HttpMethod.Get, path, null, silence, cancellation);
            return true;
        }
        catch (ModelHostException refusal) when (refusal is { StatusCode: >= 300 and < 500, Kind: not ModelHostErrorKind.Busy })
        {
            return false;
        }
    }

    public async Task<T> PostAsync<T>(string path, JsonObject body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var silence = new Silence(_options.SilenceLimit, _time, cancellation);
        using var response = await OpenAsync(HttpMethod.Post, path, Json(body), silence, cancellation);
        return await ReadJsonAsync(response, type, silence, cancellation);
    }

    /// <summary>Sends a file as the body, as long as that takes; the wait for the answer begins when all of it is sent.</summary>
    public async Task<T> UploadAsync<T>(string path, Stream file, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var silence = new Silence(_options.SilenceLimit, _time, cancellation);
        using var content = new StreamContent(new HeardStream(file, silence));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await OpenAsync(HttpMethod.Post, path, content, silence, cancellation);
        return await ReadJsonAsync(response, type, silence, cancellation);
    }

    /// <summary>Sends a file as a part of a form, behind the form's other fields.</summary>
    /// <inheritdoc cref="UploadAsync{T}" path="/summary"/>
    public async Task<T> UploadFormAsync<T>(string path, string part, string filename, Stream file, IEnumerable<(string Name, string Value)> fields, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var silence = new Silence(_options.SilenceLimit, _time, cancellation);
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        form.Add(new StreamContent(new HeardStream(file, silence)), part, filename);
        using var response = await OpenAsync(HttpMethod.Post, path, form, silence, cancellation);
        return await ReadJsonAsync(response, type, silence, cancellation);
    }

    /// <summary>Writes what is there into a stream, as long as that takes.</summary>
    public async Task DownloadAsync(string path, Stream target, CancellationToken cancellation)
    {
        using var silence = new Silence(_options.SilenceLimit, _time, cancellation);
        using var response = await OpenAsync(HttpMethod.Get, path, null, silence, cancellation);
        await CopyAsync(response, target, silence, cancellation);
    }

    /// <summary>Sends a request on as it came. The answer, a refusal of the service's too, is the caller's to pass on and to dispose; a refusal of our own key is thrown.</summary>
    /// <param name="body">Null where the request has none.</param>
    /// <param name="contentType">Of the body, as it came.</param>
    /// <param name="length">Of the body, bytes; null where it is not known beforehand.</param>
    public async Task<RelayedAnswer> RelayAsync(HttpMethod method, string path, Stream? body, string? contentType, long? length, CancellationToken cancellation)
    {
        var silence = new Silence(_options.SilenceLimit, _time, cancellation);
        try
        {
            using var content = body is null ? null : new StreamContent(new HeardStream(body, silence));
            if (content is not null)
            {
                content.Headers.TryAddWithoutValidation("Content-Type", contentType);
                content.Headers.ContentLength = length;
            }

            var response = await SendAsync(method, path, content, silence, cancellation);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                await ThrowAsync(response, cancellation);
            }

            return new RelayedAnswer(response, silence, target => CopyAsync(response, target, silence, cancellation));
        }
        catch
        {
            silence.Dispose();
            throw;
        }
    }

    // Each part is passed on when it comes: a stream of events has no end to wait for.
    private async Task CopyAsync(HttpResponseMessage response, Stream target, Silence silence, CancellationToken cancellation)
    {
        try
        {
            await using var heard = new HeardStream(await response.Content.ReadAsStreamAsync(silence.Token), silence);
            var part = new byte[PartBytes];
            int read;
            while ((read = await heard.ReadAsync(part, silence.Token)) > 0)
            {
                silence.Pause();
                await target.WriteAsync(part.AsMemory(0, read), silence.Token);
                await target.FlushAsync(silence.Token);
                silence.Heard();
            }
        }
        catch (OperationCanceledException) when (silence.IsBroken)
        {
            throw ModelHostErrors.Silent(_options.SilenceLimit);
        }
        catch (OperationCanceledException ex) when (cancellation.IsCancellationRequested)
        {
            throw silence.OfCaller(ex);
        }
        catch (Exception ex) when (ex is HttpRequestException or HttpIOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ModelHostErrors.Cut(ex);
        }
    }

    /// <summary>Asks for something to be deleted; what the service says about it is not read.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellation)
    {
        using var silence = new Silence(_options.SilenceLimit, _time, cancellation);
        using var response = await OpenAsync(HttpMethod.Delete, path, null, silence, cancellation);
    }

    /// <summary>Starts a stream of events. Throws unless the service answered 200.</summary>
    public Task<EventSource> StreamAsync(string path, JsonObject body, CancellationToken cancellation) => StreamAsync(HttpMethod.Post, path, body, cancellation);

    /// <inheritdoc cref="StreamAsync(string, JsonObject, CancellationToken)"/>
    public Task<EventSource> StreamAsync(string path, CancellationToken cancellation) => StreamAsync(HttpMethod.Get, path, null, cancellation);

    private async Task<EventSource> StreamAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellation)
    {
        var silence = new Silence(_options.SilenceLimit, _time, cancellation);
        _streams.TryAdd(silence, true);
        HttpResponseMessage? response = null;
        try
        {
            response = await OpenAsync(method, path, body is null ? null : Json(body), silence, cancellation);
            return new EventSource(response, await response.Content.ReadAsStreamAsync(silence.Token), silence, () => End(silence));
        }
        catch
        {
            response?.Dispose();
            End(silence);
            throw;
        }
    }

    private void End(Silence silence)
    {
        _streams.TryRemove(silence, out _);
        silence.Dispose();
    }

    private static ByteArrayContent Json(JsonObject body)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, RequestJson.Options));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, HttpContent? content, Silence silence, CancellationToken cancellation)
    {
        var response = await SendAsync(method, path, content, silence, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            await ThrowAsync(response, cancellation);
        }

        return response;
    }

    private async Task ThrowAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using (response)
        {
            throw await ModelHostErrors.ReadAsync(response, _time, cancellation);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, Silence silence, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(_root + path)) { Content = content };
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
        }
        catch (OperationCanceledException ex) when (silence.IsBroken)
        {
            throw silence.IsGivenUp ? ModelHostErrors.Unreachable(ex) : ModelHostErrors.Silent(_options.SilenceLimit);
        }
        catch (OperationCanceledException ex) when (cancellation.IsCancellationRequested)
        {
            throw silence.OfCaller(ex);
        }
        catch (Exception ex) when (ex is HttpRequestException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ModelHostErrors.Unreachable(ex.InnerException as TimeoutException ?? ex); // the connect timeout arrives as a cancellation
        }
    }

    private async Task<T> ReadJsonAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, Silence silence, CancellationToken cancellation)
    {
        var address = response.RequestMessage!.RequestUri!;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(silence.Token);
            return await JsonSerializer.DeserializeAsync(stream, type, silence.Token) ?? throw ModelHostErrors.Unreadable(address, "it is empty.");
        }
        catch (OperationCanceledException) when (silence.IsBroken)
        {
            throw ModelHostErrors.Silent(_options.SilenceLimit);
        }
        catch (OperationCanceledException ex) when (cancellation.IsCancellationRequested)
        {
            throw silence.OfCaller(ex);
        }
        catch (JsonException ex)
        {
            throw ModelHostErrors.Unreadable(address, "it is not the JSON expected.", ex);
        }
        catch (Exception ex) when (ex is IOException or HttpRequestException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ModelHostErrors.Cut(ex);
        }
    }
}
