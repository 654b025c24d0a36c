namespace Platform.Web.Host;

/// <summary>Stands outermost and says in the error form why a request for a name that this server does not answer to was refused.</summary>
internal sealed class RefusedHost : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseSecurityHeaders();
        app.Use(async (context, rest) =>
        {
            await rest(context);
            // Every other refusal has a body by now.
            if (context.Response is { StatusCode: StatusCodes.Status400BadRequest, HasStarted: false })
            {
                await Problems.WriteAsync(context, Refusal(context.Request.Host.Host));
            }
        });
        next(app);
    };

    private static Problem Refusal(string host) => new(StatusCodes.Status400BadRequest, "invalid_request_error", "unknown_host",
        $"This server does not answer to the name '{host}'. Open it at the address that it printed at its start, or add the name to AllowedHosts.");
}
