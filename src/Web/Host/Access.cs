using Microsoft.AspNetCore.Authorization;
using Platform.Web.Features.Keys;

namespace Platform.Web.Host;

/// <summary>Who may do what: everything needs a signed-in person unless it says otherwise, or opens to a key of a scope.</summary>
public static class Access
{
    /// <summary>Role and policy of administrators.</summary>
    public const string Administrator = "Administrator";

    /// <summary>Role that everybody has.</summary>
    public const string User = "User";

    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        // An endpoint that names no scope takes no key.
        var people = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(context => !KeyScopes.IsKey(context.User)).Build();
        var policies = services.AddAuthorizationBuilder().SetDefaultPolicy(people).SetFallbackPolicy(people)
            .AddPolicy(Administrator, policy => policy.Combine(people).RequireRole(Administrator));
        KeyScopes.AddPolicies(policies);
        services.AddCascadingAuthenticationState();
        services.AddScoped<CurrentCaller>();
        services.AddScoped<CurrentAsker>();
        return services;
    }
}
