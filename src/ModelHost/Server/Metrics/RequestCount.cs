namespace Platform.ModelHost.Server.Metrics;

/// <summary>Counts every answer by route, method and status, and how long it took.</summary>
internal sealed class RequestCount(RequestDelegate next, ServiceMetrics metrics, TimeProvider time)
{
    private const string NoRoute = "none";

    public async Task InvokeAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? NoRoute;
            metrics.Answered(route == NoRoute ? "any" : http.Request.Method, route, http.Response.StatusCode, time.GetElapsedTime(started));
        }
    }
}
