using System.Globalization;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>Gives each answer of the public API the request's id and the time that it took.</summary>
internal sealed class ApiHeaders(RequestDelegate next, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (RequestKind.IsForPrograms(context.Request.Path))
        {
            var (begun, asked) = (time.GetTimestamp(), context.Request.Path); // the path of an error is another
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["x-request-id"] = context.TraceIdentifier;
                if (asked.StartsWithSegments(RequestKind.Messages))
                {
                    context.Response.Headers["request-id"] = context.TraceIdentifier; // Anthropic's own name of it
                }

                context.Response.Headers["openai-processing-ms"] = time.GetElapsedTime(begun).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
                return Task.CompletedTask;
            });
        }

        return next(context);
    }
}
