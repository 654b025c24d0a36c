using Microsoft.AspNetCore.Identity;

namespace Platform.Web.Features.Account;

/// <summary>Only enabled accounts may sign in.</summary>
public sealed class EnabledAccounts : IUserConfirmation<PlatformUser>
{
    public Task<bool> IsConfirmedAsync(UserManager<PlatformUser> manager, PlatformUser user) => Task.FromResult(!user.Disabled);
}
