using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>`GET /v1/adapters`: every version of every adapter. `GET /v1/adapters/{name}/versions/{version}`: one of them; `…/content`: its file.</summary>
internal static class ListAdapters
{
    public static void MapListAdapters(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/adapters", (HttpContext http, EngineHost host, AdapterGate gate) => http.WriteJsonAsync(
            new AdapterListBody("list", [.. host.Engine.AdapterLibrary.All.Select(adapter => ServedAdapters.Card(adapter, gate))]), ServerJson.Wire.AdapterListBody)).WithMetadata(new AdminOnly());
        app.MapGet("/v1/adapters/{name}/versions/{version}", (HttpContext http, EngineHost host, AdapterGate gate, string name, string version) =>
            http.WriteJsonAsync(ServedAdapters.Card(host.Engine.AdapterLibrary.Find(name, ServedAdapters.Version(version)), gate), ServerJson.Wire.AdapterCard)).WithMetadata(new AdminOnly());
        app.MapGet("/v1/adapters/{name}/versions/{version}/content", (EngineHost host, string name, string version) =>
            Results.Stream(host.Engine.AdapterLibrary.Read(name, ServedAdapters.Version(version)), "application/octet-stream", $"{name}-{version}.gguf")).WithMetadata(new AdminOnly());
    }
}
