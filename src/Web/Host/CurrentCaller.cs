using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Platform.Retrieval.Access;

namespace Platform.Web.Host;

/// <summary>On whose behalf the other rooms are called. Components ask <see cref="GetAsync"/>, endpoints <see cref="From"/>.</summary>
public sealed class CurrentCaller(AuthenticationStateProvider authentication)
{
    /// <summary>The person signed in on this circuit. InvalidOperationException when nobody is: a page behind sign-in never sees that.</summary>
    public async Task<Caller> GetAsync() => From((await authentication.GetAuthenticationStateAsync()).User);

    /// <summary>The person of a request.</summary>
    public static Caller From(ClaimsPrincipal user) =>
        user.FindFirstValue(ClaimTypes.NameIdentifier) is { Length: > 0 } id
            ? new Caller(id, user.IsInRole(Access.Administrator))
            : throw new InvalidOperationException("Nobody is signed in. This is a bug: the endpoint or page lacks its sign-in policy.");
}
