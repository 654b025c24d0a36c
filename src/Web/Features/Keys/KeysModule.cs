using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval;
using Platform.Retrieval.Storage;

namespace Platform.Web.Features.Keys;

/// <summary>API keys, and how requests come in by them.</summary>
public static class KeysModule
{
    private const int TablesVersion = 1;
    private const string Either = "KeyOrSession";

    public static IServiceCollection AddKeys(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDbContextFactory<KeysDatabase>((provider, options) =>
            PlatformDatabase.Use(options, configuration.GetConnectionString("Platform"), provider.GetRequiredService<DataFolder>().Path));
        services.AddSingleton<ApiKeys>().AddSingleton<KeyRates>();
        services.AddAuthentication(options => options.DefaultScheme = Either)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.SchemeName, null)
            .AddPolicyScheme(Either, null, options =>
                options.ForwardDefaultSelector = context => KeyAuthentication.IsMeant(context.Request) ? KeyAuthentication.SchemeName : IdentityConstants.ApplicationScheme);
        return services;
    }

    /// <summary>Makes the table.</summary>
    public static async Task PrepareKeysAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        await using var database = await services.GetRequiredService<IDbContextFactory<KeysDatabase>>().CreateDbContextAsync(cancellation);
        await PlatformDatabase.PrepareAsync(database, "keys", TablesVersion, cancellation);
    }
}
