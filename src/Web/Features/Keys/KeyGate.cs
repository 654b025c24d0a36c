using System.Globalization;
using Platform.Web.Host;

namespace Platform.Web.Features.Keys;

/// <summary>Holds each key to its rate, and tells it how much is left.</summary>
public sealed class KeyGate(RequestDelegate next, KeyRates rates)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<PresentedKey>() is not { } presented || context.User.Identity?.IsAuthenticated != true)
        {
            return next(context);
        }

        var rate = rates.Take(presented.Key.Id, presented.Key.RequestsAMinute);
        var headers = context.Response.Headers;
        headers["x-ratelimit-limit-requests"] = rate.Limit.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-requests"] = rate.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-reset-requests"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(rate.Reset.TotalSeconds):0}s");
        return rate.IsAllowed ? next(context) : Problems.WriteAsync(context, new Problem(
            429, "rate_limit_error", "rate_limit_exceeded", $"This API key may make {rate.Limit:N0} requests a minute, and has made them. Wait as long as Retry-After says.", rate.RetryAfter));
    }
}
