using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>`POST …/promote` and `…/rollback` of a version: the one that is served from then on is the answer. `DELETE` of a version. Answers on their way keep what they began with.</summary>
internal static class ChangeAdapters
{
    public static void MapChangeAdapters(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/adapters/{name}/versions/{version}/promote", (HttpContext http, EngineHost host, string name, string version) =>
            WriteAsync(http, host.Engine.AdapterLibrary.Promote(name, ServedAdapters.Version(version)))).WithMetadata(new AdminOnly());
        app.MapPost("/v1/adapters/{name}/versions/{version}/rollback", (HttpContext http, EngineHost host, string name, string version) =>
            WriteAsync(http, host.Engine.AdapterLibrary.Rollback(name, ServedAdapters.Version(version)))).WithMetadata(new AdminOnly());
        app.MapDelete("/v1/adapters/{name}/versions/{version}", (HttpContext http, EngineHost host, string name, string version) =>
        {
            var gone = host.Engine.AdapterLibrary.Find(name, ServedAdapters.Version(version));
            host.Engine.AdapterLibrary.Delete(name, gone.Version);
            return WriteAsync(http, gone);
        }).WithMetadata(new AdminOnly());
    }

    private static Task WriteAsync(HttpContext http, AdapterInfo adapter) => http.WriteJsonAsync(ServedAdapters.Card(adapter), ServerJson.Wire.AdapterCard);
}
