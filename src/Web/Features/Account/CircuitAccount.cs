using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Platform.Web.Features.Account;

/// <summary>Who is on a circuit. A circuit outlives requests: it is told at once when its session ends on this server, and asks by itself for what another server did.</summary>
public sealed class CircuitAccount : RevalidatingServerAuthenticationStateProvider
{
    private readonly IServiceScopeFactory scopes;
    private readonly IOptions<IdentityOptions> options;
    private readonly SessionEnds ends;
    private Task<AuthenticationState>? held;

    public CircuitAccount(ILoggerFactory loggers, IServiceScopeFactory scopes, IOptions<IdentityOptions> options, SessionEnds ends)
        : base(loggers)
    {
        (this.scopes, this.options, this.ends) = (scopes, options, ends);
        AuthenticationStateChanged += state => held = state;
        ends.Ended += Leave;
    }

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    /// <summary>Nobody, where the session ended before this circuit could be told.</summary>
    public override async Task<AuthenticationState> GetAuthenticationStateAsync()
    {
        var state = await base.GetAuthenticationStateAsync();
        return ends.HasEnded(state.User) ? Nobody() : state;
    }

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        if (ends.HasEnded(authenticationState.User))
        {
            return false;
        }

        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<PlatformUser>>();
        return await users.GetUserAsync(authenticationState.User) is { Disabled: false } user
            && authenticationState.User.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType) == await users.GetSecurityStampAsync(user);
    }

    protected override void Dispose(bool disposing)
    {
        ends.Ended -= Leave;
        base.Dispose(disposing);
    }

    private void Leave(Func<ClaimsPrincipal, bool> ended) => _ = LeaveAsync(ended);

    private async Task LeaveAsync(Func<ClaimsPrincipal, bool> ended)
    {
        if (held is not null && ended((await held).User))
        {
            SetAuthenticationState(Task.FromResult(Nobody()));
        }
    }

    private static AuthenticationState Nobody() => new(new ClaimsPrincipal(new ClaimsIdentity()));
}
