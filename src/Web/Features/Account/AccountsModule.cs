using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Platform.Retrieval;
using Platform.Retrieval.Storage;
using Platform.Web.Features.Setup;

namespace Platform.Web.Features.Account;

/// <summary>Accounts, roles, the sign-in cookie and the first administrator.</summary>
public static class AccountsModule
{
    private const int TablesVersion = 1;

    public static IServiceCollection AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDbContext<AccountsDatabase>((provider, options) =>
            PlatformDatabase.Use(options, configuration.GetConnectionString("Platform"), provider.GetRequiredService<DataFolder>().Path));
        services.AddIdentityCore<PlatformUser>(AccountRules.Apply)
            .AddRoles<IdentityRole>()
            .AddEntityFrameworkStores<AccountsDatabase>()
            .AddSignInManager()
            .AddErrorDescriber<AccountErrors>();
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = AccountRules.HashIterations);
        services.AddScoped<IUserConfirmation<PlatformUser>, EnabledAccounts>();
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddCookie(IdentityConstants.ApplicationScheme, SessionCookie.Apply);
        services.AddScoped<FirstAdministrator>();
        services.AddSingleton<SessionEnds>();
        services.AddScoped<AuthenticationStateProvider, CircuitAccount>();
        services.AddSingleton<AccountDirectory>();
        services.AddSingleton<AccountNow>();
        services.AddSingleton<SetupState>();
        return services;
    }

    /// <summary>Makes the tables and the roles, and the administrator that the environment names.</summary>
    public static async Task PrepareAccountsAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        await using var scope = services.CreateAsyncScope();
        await PlatformDatabase.PrepareAsync(scope.ServiceProvider.GetRequiredService<AccountsDatabase>(), "accounts", TablesVersion, cancellation);
        await scope.ServiceProvider.GetRequiredService<FirstAdministrator>().PrepareAsync(cancellation);
    }

    public static void MapAccounts(this IEndpointRouteBuilder app) =>
        app.MapPost("/account/sign-out", async (HttpContext context, SessionEnds ends) =>
        {
            ends.End(context.User);
            await context.SignOutAsync(IdentityConstants.ApplicationScheme);
            return Results.LocalRedirect("/sign-in");
        }).AllowAnonymous(); // signing out twice is not an error
}
