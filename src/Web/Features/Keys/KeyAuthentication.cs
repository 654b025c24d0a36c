using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Platform.Web.Features.Account;
using Platform.Web.Host;

namespace Platform.Web.Features.Keys;

/// <summary>Programs come by a key: `Authorization: Bearer pk-…`, or `x-api-key`. They have their owner's rights, as far as the key's scopes go.</summary>
public sealed class KeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, ApiKeys keys, TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string SchemeName = "Key";

    /// <summary>Claim with the key's id.</summary>
    public const string KeyClaim = "platform:key";

    /// <summary>A claim a scope.</summary>
    public const string ScopeClaim = "platform:scope";

    private const string Bearer = "Bearer ";

    private static readonly Problem Missing = new(401, "authentication_error", "invalid_api_key", "There is no API key in this request. Send one as 'Authorization: Bearer pk-…'; keys are made under Settings, API keys.");
    private static readonly Problem Wrong = new(401, "authentication_error", "invalid_api_key", "This API key is not known, or was revoked. Make one under Settings, API keys.");
    private static readonly Problem Late = new(401, "authentication_error", "expired_api_key", "This API key has expired. Make another under Settings, API keys.");

    private static readonly Dictionary<string, string> ById = new(StringComparer.OrdinalIgnoreCase)
    {
        ["runs"] = "Run", ["threads"] = "Thread", ["approvals"] = "Approval", ["schedules"] = "Schedule", ["suites"] = "Suite", ["memories"] = "Memory entry",
    };

    private Problem _refusal = Missing;

    /// <summary>The key that a request presents, right or wrong; null when there is none.</summary>
    public static string? Presented(HttpRequest request) =>
        request.Headers.Authorization is [{ } given, ..] && given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? given[Bearer.Length..].Trim()
        : request.Headers["x-api-key"] is [{ Length: > 0 } other, ..] ? other.Trim()
        : null;

    /// <summary>Whether a request is a program's: to one of the addresses that keys open, with a key or without a sign-in.</summary>
    public static bool IsMeant(HttpRequest request) =>
        RequestKind.IsForPrograms(request.Path) && (Presented(request) is not null || !request.Cookies.ContainsKey(SessionCookie.Name));

    /// <summary>That keys open nothing at this address, or not with this method.</summary>
    public static Problem NothingHere(HttpRequest request) => new(404, "invalid_request_error", "not_found", NamedWrongly(request.Path) is { } what
        ? $"{what} was not found: what stands in the address is no id of one, such as {Guid.Empty}."
        : $"There is nothing for API keys at {request.Method} {request.Path}. What they open is under /v1, and at /mcp.");

    // What is looked for by an id that can be none: no address with it is routed.
    private static string? NamedWrongly(PathString path) =>
        path.Value?.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["v1", var list, var id, ..] && ById.TryGetValue(list, out var what) && !Guid.TryParse(id, out _) ? what : null;

    private static bool TakesKeys(Endpoint? endpoint) =>
        endpoint?.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(rule => rule.Policy is { } policy && KeyScopes.IsPolicy(policy)) == true;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Presented(Request) is not { } secret)
        {
            return AuthenticateResult.NoResult();
        }

        if (await keys.FindAsync(secret, Context.RequestAborted) is not { } found)
        {
            _refusal = Wrong;
            return AuthenticateResult.Fail(_refusal.Message);
        }

        if (found.Key.IsExpired(time.GetUtcNow()))
        {
            _refusal = Late;
            return AuthenticateResult.Fail(_refusal.Message);
        }

        if (found.MustChangePassword)
        {
            Context.Items[OwnPasswordGate.Needed] = true;
        }

        Context.Features.Set(found);
        List<Claim> claims = [new(ClaimTypes.NameIdentifier, found.UserId), new(ClaimTypes.Name, found.UserName), new(KeyClaim, found.Key.Id.ToString()), new(ClaimTypes.Role, Access.User)];
        claims.AddRange(found.Key.Scopes.Select(scope => new Claim(ScopeClaim, scope)));
        if (found.IsAdministrator)
        {
            claims.Add(new(ClaimTypes.Role, Access.Administrator));
        }

        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName)), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.WriteAsync(Context, _refusal);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        if (!TakesKeys(Context.GetEndpoint()))
        {
            return Problems.WriteAsync(Context, NothingHere(Request));
        }

        var scopes = Context.Features.Get<PresentedKey>()?.Key.Scopes ?? [];
        return Problems.WriteAsync(Context, new Problem(403, "permission_error", "insufficient_scope", $"This API key may not do that: its scopes are {string.Join(", ", scopes)}. Make one with the scope that is needed."));
    }
}
