using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Admin;

/// <summary>Marks an endpoint that wants the administrator's key.</summary>
internal sealed class AdminOnly;

/// <summary>`GET /props` and `GET /slots`.</summary>
internal static class AdminEndpoints
{
    public static void MapAdmin(this IEndpointRouteBuilder app)
    {
        app.MapGet("/props", PropsAsync).WithMetadata(new AdminOnly());
        app.MapGet("/slots", SlotsAsync).WithMetadata(new AdminOnly());
    }

    private static Task PropsAsync(HttpContext http, EngineHost host)
    {
        var library = host.Engine.Library;
        return http.WriteJsonAsync(
            new PropsBody($"llama.cpp {library.Version}, ggml {library.GgmlVersion} ({library.GgmlCommit})", host.Engine.Loads.Sum(load => load.Slots), [.. host.Engine.Models.Select(model => model.Id)], [.. library.Devices.Select(device => device.Name)]),
            ServerJson.Wire.PropsBody);
    }

    private static Task SlotsAsync(HttpContext http, EngineHost host) => http.WriteJsonAsync(
        [.. host.Engine.Loads.SelectMany(load => Enumerable.Range(0, load.Slots).Select(slot => new SlotBody(slot, load.ModelId, host.Engine.Find(load.ModelId).ContextTokens, slot < load.Busy)))],
        ServerJson.Wire.IReadOnlyListSlotBody);
}
