using Platform.ModelHost.Server.Health;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>503 for everything but health until the models are loaded, and again once the process is ending.</summary>
internal sealed class Readiness(RequestDelegate next, EngineHost host)
{
    public Task InvokeAsync(HttpContext http) =>
        host.IsReady || http.GetEndpoint()?.Metadata.GetMetadata<OpenWithoutKey>() is not null
            ? next(http)
            : throw new RequestRefused(host.NotReady);
}
