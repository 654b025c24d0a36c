using Microsoft.AspNetCore.DataProtection;
using Platform.Web.Features.Account;
using Platform.Web.Features.Api;
using Platform.Web.Features.Keys;
using Platform.Web.Features.Setup;

namespace Platform.Web.Host;

/// <summary>What every request goes through, in order, and what that needs.</summary>
public static class PlatformHost
{
    public static void AddPlatformHost(this WebApplicationBuilder builder)
    {
        Addresses.Configure(builder);
        Limits.Configure(builder);
        var data = DataFolderAtStart.Make(builder.Configuration);
        var services = builder.Services;
        services.AddSingleton(data);
        services.AddSingleton(TimeProvider.System);
        services.AddDataProtection().SetApplicationName("Platform").PersistKeysToFileSystem(new DirectoryInfo(DataFolderAtStart.Keys(data)));
        services.AddLanguages();
        services.AddAccess();
        services.AddExceptionHandler<Problems>();
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "platform.antiforgery";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.SuppressXFrameOptionsHeader = true; // SecurityHeaders sends it
        });
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = Limits.LargestCircuitMessage);
    }

    public static void UsePlatformHost(this WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        app.Use((context, next) =>
        {
            if (!stopping.IsCancellationRequested || !context.Request.Path.StartsWithSegments("/_blazor"))
                return next(context);
            // A page whose connection the end has closed comes back while others' are being closed, and the server would wait half a minute for it to leave.
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        app.UseMiddleware<ApiHeaders>();
        app.UseExceptionHandler("/status/500", createScopeForErrors: true);
        app.UseWhen(context => RequestKind.WantsPage(context.Request), people => people.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true));
        app.UseWhen(context => !RequestKind.WantsPage(context.Request), programs => programs.UseStatusCodePages(bare =>
            Problems.WriteAsync(bare.HttpContext, Problems.OfStatus(bare.HttpContext.Response.StatusCode))));
        app.UseRequestLocalization();
        app.UseTimeZones();
        app.Use((context, next) =>
        {
            // A page answers HEAD as it answers GET; the server leaves the body out.
            if (HttpMethods.IsHead(context.Request.Method) && RequestKind.WantsPage(context.Request))
            {
                context.Request.Method = HttpMethods.Get;
            }
            return next(context);
        });
        app.UseRouting();
        app.UseMiddleware<SetupGate>();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseMiddleware<CrossSite>();
        app.UseMiddleware<OwnPasswordGate>();
        app.UseMiddleware<KeyGate>();
        app.UseAuthorization();
        app.UseAntiforgery();
    }
}
