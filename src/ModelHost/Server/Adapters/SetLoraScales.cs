using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>llama.cpp's `/lora-adapters`. GET lists the adapters of the first model that writes, names in place of paths, with the scales that are set for every request. POST sets them: they hold for requests that name no adapter of their own, and what is not in the list is off. `lora: []` in a request is the base all the same.</summary>
internal static class SetLoraScales
{
    public static void MapLoraScales(this IEndpointRouteBuilder app)
    {
        app.MapGet("/lora-adapters", ListAsync).WithMetadata(new AdminOnly());
        app.MapPost("/lora-adapters", SetAsync).WithMetadata(new AdminOnly());
    }

    private static Task ListAsync(HttpContext http, EngineHost host)
    {
        var scales = ServedAdapters.Model(host.Engine) is { } model ? host.Engine.AdapterLibrary.Usual(model.Id).ToDictionary(choice => choice.Id, choice => choice.Scale) : [];
        return http.WriteJsonAsync(
            [.. ServedAdapters.All(host.Engine).Select((adapter, number) => new LoraAdapterBody(number, ServedAdapters.Id(adapter), scales.GetValueOrDefault(ServedAdapters.Id(adapter))))], ServerJson.Wire.IReadOnlyListLoraAdapterBody);
    }

    private static async Task SetAsync(HttpContext http, EngineHost host)
    {
        var wanted = await http.ReadJsonAsync(ServerJson.Wire.IReadOnlyListLoraScaleRequest);
        var all = ServedAdapters.All(host.Engine);
        if (wanted.FirstOrDefault(item => item?.Id is not { } id || id < 0 || id >= all.Count || item.Scale is null) is { } wrong)
        {
            throw new RequestRefused(Problem.Invalid("id", $"Each item needs an 'id' of GET /lora-adapters and a 'scale'; there are {all.Count} adapters, and one item has the id {wrong.Id?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"}."));
        }

        if (wanted.Any(item => item is null))
        {
            throw new RequestRefused(Problem.Invalid("id", "An item is null."));
        }

        if (ServedAdapters.Model(host.Engine) is { } model)
        {
            await host.Engine.AdapterLibrary.SetUsualAsync(model.Id, [.. wanted.Select(item => new AdapterChoice(ServedAdapters.Id(all[item.Id!.Value]), item.Scale!.Value))], http.RequestAborted);
        }

        await ListAsync(http, host);
    }
}
