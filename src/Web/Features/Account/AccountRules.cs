using Microsoft.AspNetCore.Identity;

namespace Platform.Web.Features.Account;

/// <summary>What an account must be like: a long password, nothing about its composition, and a pause after wrong ones.</summary>
public static class AccountRules
{
    public const int ShortestPassword = 12;

    /// <summary>Hashing a longer one would cost the server more than it gives the person.</summary>
    public const int LongestPassword = 256;

    /// <summary>PBKDF2 with HMAC-SHA512.</summary>
    public const int HashIterations = 210_000;

    public static void Apply(IdentityOptions options)
    {
        options.Password.RequiredLength = ShortestPassword;
        options.Password.RequiredUniqueChars = 5;
        options.Password.RequireDigit = false;
        options.Password.RequireLowercase = false;
        options.Password.RequireUppercase = false;
        options.Password.RequireNonAlphanumeric = false;
        options.Lockout.MaxFailedAccessAttempts = 5;
        options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(10);
        options.Lockout.AllowedForNewUsers = true;
        options.User.RequireUniqueEmail = true;
        options.User.AllowedUserNameCharacters = ""; // any: the e-mail address is checked as such
        options.SignIn.RequireConfirmedAccount = true; // "confirmed" here means: not disabled
    }
}
