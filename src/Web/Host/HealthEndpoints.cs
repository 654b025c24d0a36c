using Platform.Web.Features.Account;
using Platform.Web.Supervision;

namespace Platform.Web.Host;

/// <summary>Whether the server lives, and whether it can answer questions. Open to everybody; why the model host is down is told to administrators only, since it may name paths of the machine.</summary>
public static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Ok(new { status = "ok" })).AllowAnonymous();
        app.MapGet("/health/ready", ReadyAsync).AllowAnonymous();
    }

    private static async Task ReadyAsync(HttpContext context, ModelHostStatus modelHost, AccountsDatabase database, TimeProvider time)
    {
        if (!await database.Database.CanConnectAsync(context.RequestAborted))
        {
            await Problems.WriteAsync(context, new Problem(503, "unavailable_error", "database_unavailable", "The database does not answer.", TimeSpan.FromSeconds(5)));
            return;
        }

        var state = modelHost.Current;
        switch (state.Phase)
        {
            case ModelHostPhase.Ready:
                await context.Response.WriteAsJsonAsync(new { status = "ok" }, context.RequestAborted);
                break;
            case ModelHostPhase.Starting:
                await Problems.WriteAsync(context, new Problem(503, "unavailable_error", "model_loading", "The model is being loaded.", TimeSpan.FromSeconds(2)));
                break;
            default:
                var wait = state.RestartAt is { } at && at > time.GetUtcNow() ? at - time.GetUtcNow() : TimeSpan.FromSeconds(5);
                await Problems.WriteAsync(context, new Problem(503, "unavailable_error", "model_unavailable", context.User.IsInRole(Access.Administrator) && state.Reason is { } reason ? reason : "The model host is down.", wait));
                break;
        }
    }
}
