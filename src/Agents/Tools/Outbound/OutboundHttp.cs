using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Platform.Agents.Tools.Outbound;

/// <summary>Resolves a host name; the real one asks the system.</summary>
internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>
/// The one way in which a tool sends HTTP to an address that a model chose. The address is judged when it is connected to, after its name was resolved and on what is connected to, so that no name,
/// no spelling and no second answer of a name server leads elsewhere. No proxy, no cookies, no credentials; redirects come back to the caller, who judges each.
/// </summary>
internal sealed class OutboundHttp : IDisposable
{
    private readonly RefusedNetworks refused;
    private readonly ResolveHost resolve;
    private readonly HttpClient client;

    public OutboundHttp(RefusedNetworks refused, ResolveHost? resolve = null)
    {
        (this.refused, this.resolve) = (refused, resolve ?? Dns.GetHostAddressesAsync);
        client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxConnectionsPerServer = 8,
            MaxResponseHeadersLength = 64,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Platform", "1"));
    }

    /// <summary>The answer with its body unread. Throws RefusedAddressException, HttpRequestException or the caller's cancellation.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException failure) when (failure.InnerException is RefusedAddressException why)
        {
            throw new RefusedAddressException(why.Says, why.IsInside, why.Failure);
        }
    }

    /// <summary>The body, at most so many bytes as they are after unpacking; more is refused, not cut.</summary>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, long maxBytes, CancellationToken cancellation)
    {
        using MemoryStream body = new();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (body.Length + read > maxBytes)
                throw new RefusedAddressException(texts => texts.AnswerTooLarge(maxBytes));
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    public void Dispose() => client.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host.TrimEnd('.'), context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellation);
        if (addresses.Length == 0 || addresses.Any(address => refused.Refuse(address, port)))
            throw new RefusedAddressException(texts => texts.LeadsInside(host), isInside: true);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // The very addresses that were judged: the name is not resolved again.
            await socket.ConnectAsync(addresses, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
