using System.Security.Cryptography;
using System.Text;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Health;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>Lets a request in that carries a key, as a bearer token or as x-api-key. Closed unless an endpoint says it is open; what is the administrator's wants the administrator's key, where there is one.</summary>
internal sealed class Access(RequestDelegate next, ServerOptions options)
{
    private readonly byte[] _key = Digest(options.ApiKey);
    private readonly byte[] _adminKey = Digest(string.IsNullOrWhiteSpace(options.AdminKey) ? options.ApiKey : options.AdminKey);

    public Task InvokeAsync(HttpContext http)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<OpenWithoutKey>() is not null)
        {
            return next(http);
        }

        var key = Digest(Key(http.Request)); // digests, so that the length takes no part either
        var isAdmin = CryptographicOperations.FixedTimeEquals(key, _adminKey);
        if (!isAdmin && !CryptographicOperations.FixedTimeEquals(key, _key))
        {
            throw new RequestRefused(Problem.WrongKey);
        }

        if (isAdmin)
        {
            http.Items[typeof(AdminOnly)] = true;
        }

        return isAdmin || metadata?.GetMetadata<AdminOnly>() is null ? next(http) : throw new RequestRefused(Problem.NeedsAdmin);
    }

    /// <summary>The request carries the administrator's key; every one does where there is no key of its own for that.</summary>
    public static bool IsAdmin(HttpContext http) => http.Items.ContainsKey(typeof(AdminOnly));

    private static string Key(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? authorization[scheme.Length..].Trim() : request.Headers["x-api-key"].ToString();
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
