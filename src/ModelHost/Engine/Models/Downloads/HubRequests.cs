using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>Asks a hub for files. Redirects are followed by hand: only to the hub itself and, by https, to its public content hosts. The token goes to the hub alone.</summary>
internal sealed partial class HubRequests(Uri hub, string? token, HttpMessageHandler network, TimeProvider time) : IDisposable
{
    private const int MostRedirects = 5;
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(15), AnswerWithin = TimeSpan.FromSeconds(60), LongestWait = TimeSpan.FromMinutes(2);
    private static readonly string[] ContentHosts = [".huggingface.co", ".hf.co"];

    private readonly HttpClient http = new(network) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Over the network, without cookies and without redirects of its own.</summary>
    internal static HubRequests Of(Uri hub, string? token, TimeProvider time) =>
        new(hub, token, new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = ConnectWithin, UseProxy = !hub.IsLoopback }, time);

    /// <param name="source">The file.</param>
    /// <param name="from">First byte that is wanted.</param>
    /// <param name="etag">Of the state that the bytes before it are of; another state is sent from its beginning.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="DownloadFault">It is not sent.</exception>
    internal async Task<HubAnswer> OpenAsync(HubSource source, long from, string? etag, CancellationToken cancellation)
    {
        var address = source.Address(hub);
        string? sha256 = null;
        for (var hop = 0; hop <= MostRedirects; hop++)
        {
            var response = await SendAsync(address, from, etag, cancellation);
            if (response.Headers.TryGetValues("X-Linked-ETag", out var tags) && IsHub(address) && Sha256Tag().Match(tags.First()) is { Success: true } tag) { sha256 = tag.Groups[1].Value; }
            var status = (int)response.StatusCode;
            if (status is 200 or 206 or 416) { return Read(response, from, sha256); }
            using (response)
            {
                if (status is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) { throw Refusal(response, source, address); }
                address = Allowed(address, location);
            }
        }
        throw new DownloadFault("redirect_refused", $"{hub.Host} sends from one address to the next, more than {MostRedirects} times.");
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri address, long from, string? etag, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (token is not null && IsHub(address)) { request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token); }
        if (from > 0)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
            if (etag is not null) { request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue(etag)); }
        }
        using var patience = new CancellationTokenSource(AnswerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            var wasReached = fault is HttpRequestException { HttpRequestError: not (HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError) };
            throw wasReached ? new DownloadFault("connection_cut", $"The connection to {address.Host} ended before it answered.", fault) { MayPass = true }
                : new DownloadFault("hub_unreachable", $"{address.Host} cannot be reached: {(fault is HttpRequestException ? fault.Message : "it did not answer in time.")}", fault) { MayPass = true };
        }
    }

    private static HubAnswer Read(HttpResponseMessage response, long from, string? sha256)
    {
        var range = response.Content.Headers.ContentRange;
        var etag = response.Headers.ETag is { IsWeak: false } strong ? strong.Tag : null;
        return response.StatusCode switch
        {
            HttpStatusCode.RequestedRangeNotSatisfiable => new HubAnswer(response, from, range?.Length, etag, sha256, IsPastTheEnd: true),
            HttpStatusCode.PartialContent => new HubAnswer(response, range?.From ?? -1, range?.Length, etag, sha256, IsPastTheEnd: false),
            _ => new HubAnswer(response, 0, response.Content.Headers.ContentLength, etag, sha256, IsPastTheEnd: false),
        };
    }

    private DownloadFault Refusal(HttpResponseMessage response, HubSource source, Uri address)
    {
        var status = (int)response.StatusCode;
        var after = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return status switch
        {
            401 or 403 => new DownloadFault("unauthorized", $"{address.Host} does not give {source.Repository} to {(token is null ? "everybody. Accept its terms there and set HF_TOKEN to a token of yours." : "the owner of HF_TOKEN. Accept its terms there, or set another token.")}"),
            404 or 410 => new DownloadFault("not_found", $"{hub.Host} has no file {source.File} in {source.Repository}."),
            408 or 429 or >= 500 when after > LongestWait => new DownloadFault("rate_limited", FormattableString.Invariant($"{address.Host} answered {status} and wants to be asked again in {Math.Ceiling(after.Value.TotalMinutes)} minutes. Start the download again then.")),
            408 or 429 or >= 500 => new DownloadFault(status == 429 ? "rate_limited" : "hub_error", $"{address.Host} answered {status}.") { MayPass = true, RetryAfter = after > TimeSpan.Zero ? after : null },
            _ => new DownloadFault("hub_error", $"{address.Host} answered {status} for {source.Text}."),
        };
    }

    private Uri Allowed(Uri from, Uri location)
    {
        if (Uri.TryCreate(from, location, out var address) && address.UserInfo.Length == 0 && (IsHub(address) || (address.Scheme == Uri.UriSchemeHttps && address.IsDefaultPort && ContentHosts.Any(host => address.Host.EndsWith(host, StringComparison.OrdinalIgnoreCase))))) { return address; }
        throw new DownloadFault("redirect_refused", $"The hub redirects to {(address is { Host.Length: > 0 } ? address.Host : "an address that is none")}, which is not one of its own hosts, or not by https.");
    }

    private bool IsHub(Uri address) => address.Scheme == hub.Scheme && address.Authority.Equals(hub.Authority, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("^(?:W/)?\"?([0-9a-f]{64})\"?$")]
    private static partial Regex Sha256Tag();
}
