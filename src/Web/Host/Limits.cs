using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.Web.Host;

/// <summary>Sizes, numbers and rates of requests.</summary>
public static class Limits
{
    /// <summary>Rate policy of the pages that take a password: 20 posts a minute from one address.</summary>
    public const string Passwords = "passwords";

    /// <summary>What a page's fields take fits in any language, and quoted twice on its way, bytes: the largest is an API's document, of 1 MiB. What does not fit would be dropped without a word.</summary>
    public const long LargestCircuitMessage = 4 * 1024 * 1024;

    /// <summary>Body of an ordinary request, bytes. The upload endpoint raises it for itself.</summary>
    public const long LargestBody = 1024 * 1024;

    private const int PasswordsAMinute = 20;

    public static void Configure(WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Limits.MaxConcurrentConnections = 4000;
            kestrel.Limits.MaxConcurrentUpgradedConnections = 2000;
        });
        builder.Services.Configure<FormOptions>(options => options.ValueLengthLimit = 64 * 1024);
        builder.Services.AddRateLimiter(options =>
        {
            options.OnRejected = async (rejected, _) => await Problems.WriteAsync(rejected.HttpContext, Problems.OfStatus(StatusCodes.Status429TooManyRequests));
            options.AddPolicy(Passwords, context => HttpMethods.IsPost(context.Request.Method)
                ? RateLimitPartition.GetFixedWindowLimiter(context.Connection.RemoteIpAddress?.ToString() ?? "", _ => new() { PermitLimit = PasswordsAMinute, Window = TimeSpan.FromMinutes(1) })
                : RateLimitPartition.GetNoLimiter(""));
        });
    }
}
