using System.Security.Cryptography;
using System.Text;
using Platform.ModelHost.Server.Health;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>Lets a request in that carries the key, as a bearer token or as x-api-key. Closed unless an endpoint says it is open.</summary>
internal sealed class Access(RequestDelegate next, ServerOptions options)
{
    private readonly byte[] _key = Digest(options.ApiKey);

    public Task InvokeAsync(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<OpenWithoutKey>() is not null || Holds(http.Request)
            ? next(http)
            : throw new RequestRefused(Problem.WrongKey);

    private bool Holds(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        var key = authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? authorization[scheme.Length..].Trim() : request.Headers["x-api-key"].ToString();
        return CryptographicOperations.FixedTimeEquals(Digest(key), _key); // digests, so that the length takes no part either
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
