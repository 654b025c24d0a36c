using Platform.ModelHost.Engine.Generation.Live;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Admin;

/// <summary>Marks an endpoint that wants the administrator's key.</summary>
internal sealed class AdminOnly;

/// <summary>`GET /props`, `GET /slots` and `GET /queue`.</summary>
internal static class AdminEndpoints
{
    public static void MapAdmin(this IEndpointRouteBuilder app)
    {
        app.MapGet("/props", PropsAsync).WithMetadata(new AdminOnly());
        app.MapGet("/slots", SlotsAsync).WithMetadata(new AdminOnly());
        app.MapGet("/queue", QueueAsync).WithMetadata(new AdminOnly());
    }

    private static Task PropsAsync(HttpContext http, EngineHost host)
    {
        var library = host.Engine.Library;
        return http.WriteJsonAsync(
            new PropsBody($"llama.cpp {library.Version}, ggml {library.GgmlVersion} ({library.GgmlCommit})", host.Engine.Loads.Sum(load => load.Slots.Count), [.. host.Engine.Models.Select(model => model.Id)], [.. library.Devices.Select(device => device.Name)]),
            ServerJson.Wire.PropsBody);
    }

    private static Task SlotsAsync(HttpContext http, EngineHost host) => http.WriteJsonAsync(
        [.. host.Engine.Loads.SelectMany(load => load.Slots.Select(slot => Slot(load, slot)))], ServerJson.Wire.IReadOnlyListSlotBody);

    private static SlotBody Slot(ModelLoad load, SlotView slot) => new(
        slot.Id, load.ModelId, load.ContextTokens, slot.State != SlotState.Idle,
        slot.State switch { SlotState.Reading => "reading", SlotState.Writing => "writing", _ => "idle" },
        slot.Adapters.Count > 0 ? string.Join(", ", slot.Adapters.Select(ServedAdapters.Id)) : null,
        slot.PromptTokens, slot.CachedTokens, slot.GeneratedTokens, Math.Round(slot.TokensPerSecond, 2));

    private static Task QueueAsync(HttpContext http, EngineHost host) => http.WriteJsonAsync(
        [.. host.Engine.Loads.Select(load => new QueueBody(load.ModelId, load.Waiting, load.Busy, load.Slots.Count, Math.Round(load.TokensPerSecond, 2), load.KeptTokens))], ServerJson.Wire.IReadOnlyListQueueBody);
}
