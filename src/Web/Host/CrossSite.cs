using Microsoft.AspNetCore.Antiforgery;
using Platform.Web.Features.Account;
using Platform.Web.Features.Keys;

namespace Platform.Web.Host;

/// <summary>Refuses what another site's page makes a browser send: changes and circuits from a foreign origin, and changes without the antiforgery token.</summary>
public sealed class CrossSite(RequestDelegate next, IAntiforgery antiforgery)
{
    private static readonly Problem Foreign = new(403, "permission_error", "foreign_origin", "This request comes from another site's page. Open this server's own address.");
    private static readonly Problem NoToken = new(400, "invalid_request_error", "antiforgery_failed", "The antiforgery token is missing or out of date. Reload the page and try again.");

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var changes = !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));
        var circuit = request.Path.StartsWithSegments("/_blazor");
        if ((changes || circuit || context.WebSockets.IsWebSocketRequest || request.Headers.Upgrade.Count > 0) && IsForeign(request) && !IsByKey(request))
        {
            await Problems.WriteAsync(context, Foreign);
        }
        else if (changes && !circuit && IsAstray(request))
        {
            await Problems.WriteAsync(context, KeyAuthentication.NothingHere(request));
        }
        else if (changes && !circuit && NeedsToken(context) && !await HasTokenAsync(context))
        {
            await Problems.WriteAsync(context, NoToken);
        }
        else
        {
            await next(context);
        }
    }

    // Browsers always send Origin with a change or a socket; programs send none, and have no cookie that could be misused.
    private static bool IsForeign(HttpRequest request)
    {
        if (request.Headers.Origin is not [var origin, ..])
        {
            return false;
        }

        // The host and the port are compared, not the scheme: behind a proxy that ends TLS the two differ. A host without a port means one of the two usual ones.
        return !Uri.TryCreate(origin, UriKind.Absolute, out var from)
            || !string.Equals(from.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase)
            || (request.Host.Port is { } port ? from.Port != port : from.Port is not (80 or 443));
    }

    // No page can make a browser send a key that it does not know.
    private static bool IsByKey(HttpRequest request) => RequestKind.IsForPrograms(request.Path) && KeyAuthentication.Presented(request) is not null;

    // A program that knows one address of ours guesses others, and no page of ours could be meant.
    private static bool IsAstray(HttpRequest request) =>
        !RequestKind.IsForPrograms(request.Path) && KeyAuthentication.Presented(request) is not null && !request.Cookies.ContainsKey(SessionCookie.Name);

    // Form pages carry their own rule; for all other endpoints the token is the rule, whoever writes them. Who has no cookie has nothing that could be misused, and is told that a key is missing.
    private static bool NeedsToken(HttpContext context) =>
        !KeyAuthentication.IsMeant(context.Request)
        && context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<IAntiforgeryMetadata>() is not { RequiresValidation: true };

    // A body is not read to look for the token: uploads send it as a header.
    private async Task<bool> HasTokenAsync(HttpContext context) =>
        !(RequestKind.IsApi(context.Request.Path) && context.Request.Headers["RequestVerificationToken"].Count == 0)
        && await antiforgery.IsRequestValidAsync(context);
}
