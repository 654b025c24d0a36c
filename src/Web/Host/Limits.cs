using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.Web.Host;

/// <summary>Sizes and rates of requests.</summary>
public static class Limits
{
    /// <summary>Rate policy of the pages that take a password: 20 posts a minute from one address.</summary>
    public const string SignIn = "sign-in";

    private const int PasswordsAMinute = 20;
    private const long LargestForm = 64 * 1024;

    public static IServiceCollection AddLimits(this IServiceCollection services) => services
        .Configure<FormOptions>(options => options.ValueLengthLimit = (int)LargestForm)
        .AddRateLimiter(options =>
        {
            options.OnRejected = async (rejected, _) => await Problems.WriteAsync(rejected.HttpContext, Problems.OfStatus(StatusCodes.Status429TooManyRequests));
            options.AddPolicy(SignIn, context => HttpMethods.IsPost(context.Request.Method)
                ? RateLimitPartition.GetFixedWindowLimiter(context.Connection.RemoteIpAddress?.ToString() ?? "", _ => new() { PermitLimit = PasswordsAMinute, Window = TimeSpan.FromMinutes(1) })
                : RateLimitPartition.GetNoLimiter(""));
        });
}
