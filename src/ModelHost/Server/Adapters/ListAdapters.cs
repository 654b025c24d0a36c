using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>`GET /v1/adapters`: the registry. `GET /lora-adapters`: the same as llama.cpp lists it, names in place of paths; no adapter runs unless a request asks for it, so all scales are 0.</summary>
internal static class ListAdapters
{
    public static void MapListAdapters(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/adapters", (HttpContext http, EngineHost host) => http.WriteJsonAsync(
            new AdapterListBody("list", [.. ServedAdapters.All(host.Engine).Select(adapter => new AdapterCard(adapter.Name, adapter.Version, "gguf", adapter.IsLoaded, adapter.Rank, adapter.Sha256, adapter.Bytes))]), ServerJson.Wire.AdapterListBody));
        app.MapGet("/lora-adapters", (HttpContext http, EngineHost host) => http.WriteJsonAsync(
            [.. ServedAdapters.All(host.Engine).Select((adapter, number) => new LoraAdapterBody(number, ServedAdapters.Id(adapter), 0))], ServerJson.Wire.IReadOnlyListLoraAdapterBody)).WithMetadata(new AdminOnly());
    }
}
