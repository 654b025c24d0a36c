using Microsoft.AspNetCore.Components.Authorization;

namespace Platform.Web.Host;

/// <summary>Who asks, as agents are told of them.</summary>
/// <param name="TimeZone">That of their browser, such as Europe/Berlin.</param>
public sealed record Asker(string Name, string TimeZone);

/// <summary>The person on this circuit as agents are told of them.</summary>
public sealed class CurrentAsker(AuthenticationStateProvider authentication)
{
    public async Task<Asker> GetAsync() => new((await authentication.GetAuthenticationStateAsync()).User.Identity?.Name ?? "", TimeZones.Current.Id);
}
