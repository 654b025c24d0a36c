using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Models;

/// <summary>`GET /v1/models`.</summary>
internal static class ListModels
{
    public static void MapListModels(this IEndpointRouteBuilder app) => app.MapGet("/v1/models", HandleAsync);

    private static Task HandleAsync(HttpContext http, EngineHost host, AdapterGate gate) =>
        http.WriteJsonAsync(new ModelListBody("list", [.. ModelCards.All(host.Engine, gate)]), ServerJson.Wire.ModelListBody);
}
