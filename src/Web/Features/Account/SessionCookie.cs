using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Platform.Web.Host;

namespace Platform.Web.Features.Account;

/// <summary>The sign-in cookie: out of scripts' and other sites' reach, good for 14 days of not being used, worthless at once when the account changes.</summary>
public static class SessionCookie
{
    public const string Name = "platform.session";

    public static void Apply(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = Name;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromDays(14);
        options.SlidingExpiration = true;
        options.LoginPath = "/sign-in";
        options.AccessDeniedPath = "/status/403";
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnSigningIn = NameSessionAsync;
        options.Events.OnValidatePrincipal = RefuseChangedAccountAsync;
        options.Events.OnRedirectToLogin = context => AnswerAsync(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => AnswerAsync(context, StatusCodes.Status403Forbidden);
    }

    // By its name the pages of a session are found again when it ends.
    private static Task NameSessionAsync(CookieSigningInContext context)
    {
        (context.Principal?.Identity as ClaimsIdentity)?.AddClaim(new Claim(SessionEnds.SessionClaim, Guid.NewGuid().ToString("N")));
        return Task.CompletedTask;
    }

    // One read by key a request: a disabled account or a changed password counts now, not at the next check.
    private static async Task RefuseChangedAccountAsync(CookieValidatePrincipalContext context)
    {
        var signIn = context.HttpContext.RequestServices.GetRequiredService<SignInManager<PlatformUser>>();
        var hasEnded = context.HttpContext.RequestServices.GetRequiredService<SessionEnds>().HasEnded(context.Principal);
        if (hasEnded || await signIn.ValidateSecurityStampAsync(context.Principal) is not { Disabled: false } user)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
        }
        else if (user.MustChangePassword)
        {
            context.HttpContext.Items[OwnPasswordGate.Needed] = true;
        }
    }

    // People are led to a page; programs get the status.
    private static Task AnswerAsync(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (RequestKind.WantsPage(context.Request))
        {
            context.Response.Redirect(context.RedirectUri);
            return Task.CompletedTask;
        }

        return Problems.WriteAsync(context.HttpContext, Problems.OfStatus(status));
    }
}
