using Microsoft.AspNetCore.Authorization;

namespace Platform.Web.Host;

/// <summary>Who may do what: everything needs a signed-in person unless it says otherwise.</summary>
public static class Access
{
    /// <summary>Role and policy of administrators.</summary>
    public const string Administrator = "Administrator";

    /// <summary>Role that everybody has.</summary>
    public const string User = "User";

    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Administrator, policy => policy.RequireAuthenticatedUser().RequireRole(Administrator));
        services.AddCascadingAuthenticationState();
        services.AddScoped<CurrentCaller>();
        return services;
    }
}
