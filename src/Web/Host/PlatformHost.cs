using Microsoft.AspNetCore.DataProtection;
using Platform.Web.Features.Setup;

namespace Platform.Web.Host;

/// <summary>What every request goes through, in order, and what it needs.</summary>
public static class PlatformHost
{
    public static void AddPlatformHost(this WebApplicationBuilder builder)
    {
        var data = DataFolderAtStart.Make(builder.Configuration);
        if (string.IsNullOrEmpty(builder.Configuration["Urls"]))
        {
            builder.WebHost.UseUrls("http://127.0.0.1:8080");
        }

        var services = builder.Services;
        services.AddSingleton(data);
        services.AddSingleton(TimeProvider.System);
        services.AddDataProtection().SetApplicationName("Platform").PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(data.Path, "keys")));
        services.AddLanguages();
        services.AddAccess();
        services.AddLimits();
        services.AddExceptionHandler<Problems>();
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "platform.antiforgery";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.SuppressXFrameOptionsHeader = true; // frame-ancestors says it
        });
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = 512 * 1024);
    }

    public static void UsePlatformHost(this WebApplication app)
    {
        app.UseExceptionHandler("/failed");
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseRequestLocalization();
        app.UseRouting();
        app.UseMiddleware<SetupGate>();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
    }
}
