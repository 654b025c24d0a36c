using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Models;

/// <summary>`GET /v1/models/{id}`.</summary>
internal static class GetModel
{
    public static void MapGetModel(this IEndpointRouteBuilder app) => app.MapGet("/v1/models/{id}", HandleAsync);

    private static Task HandleAsync(HttpContext http, EngineHost host, AdapterGate gate, string id) => http.WriteJsonAsync(ModelCards.Find(host.Engine, gate, id), ServerJson.Wire.ModelCard);
}
