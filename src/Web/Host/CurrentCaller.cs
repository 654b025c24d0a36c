using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Platform.Retrieval.Access;

namespace Platform.Web.Host;

/// <summary>On whose behalf the other rooms are called. Components ask <see cref="GetAsync"/>, endpoints <see cref="From"/>.</summary>
public sealed class CurrentCaller(AuthenticationStateProvider authentication)
{
    /// <summary>The person signed in on this circuit. UnauthorizedAccessException when their session has ended: the page leaves for the sign-in.</summary>
    public async Task<Caller> GetAsync() =>
        (await authentication.GetAuthenticationStateAsync()).User is { Identity.IsAuthenticated: true } user ? From(user) : throw new UnauthorizedAccessException("Nobody is signed in any more.");

    /// <summary>The person of a request.</summary>
    public static Caller From(ClaimsPrincipal user) =>
        user.FindFirstValue(ClaimTypes.NameIdentifier) is { Length: > 0 } id
            ? new Caller(id, user.IsInRole(Access.Administrator))
            : throw new InvalidOperationException("Nobody is signed in. This is a bug: the endpoint or page lacks its sign-in policy.");
}
