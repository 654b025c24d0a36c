using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Health;

/// <summary>Marks an endpoint that answers without the key.</summary>
internal sealed class OpenWithoutKey;

/// <summary>`/health` and `/health/ready`: 200 when models answer, else 503 with the reason. `/health/live`: the process answers.</summary>
internal static class HealthEndpoints
{
    private static readonly string[] Looks = [HttpMethods.Get, HttpMethods.Head];

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithMetadata(new OpenWithoutKey());
        health.MapMethods("/", Looks, ReadyAsync);
        health.MapMethods("/ready", Looks, ReadyAsync);
        health.MapMethods("/live", Looks, OkAsync);
    }

    private static Task ReadyAsync(HttpContext http, EngineHost host) => host.IsReady ? OkAsync(http) : Problems.WriteAsync(http, host.NotReady);

    private static Task OkAsync(HttpContext http) => http.WriteJsonAsync(new HealthBody("ok"), ServerJson.Wire.HealthBody);
}
