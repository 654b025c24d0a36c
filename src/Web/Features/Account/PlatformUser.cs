using Microsoft.AspNetCore.Identity;

namespace Platform.Web.Features.Account;

/// <summary>A person with an account. The e-mail address is the user name.</summary>
public sealed class PlatformUser : IdentityUser
{
    /// <summary>A disabled person cannot sign in, and is signed out everywhere at their next request.</summary>
    public bool Disabled { get; set; }

    /// <summary>The password was set by an administrator: the person chooses their own before anything else.</summary>
    public bool MustChangePassword { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? LastSignInAt { get; set; }
}
