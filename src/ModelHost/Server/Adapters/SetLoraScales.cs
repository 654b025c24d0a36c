using System.Globalization;
using System.Text.Json;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Generating;
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
        SentFields.Remember(http, ("lora", "id"));
        var wanted = await ReadAsync(http);
        var all = ServedAdapters.All(host.Engine);
        foreach (var item in wanted)
        {
            if (item?.Id is not { } id || id < 0 || id >= all.Count)
            {
                throw new RequestRefused(Problem.Invalid("id", $"The id {item?.Id?.ToString(CultureInfo.InvariantCulture) ?? "null"} is none of GET /lora-adapters, which lists {all.Count}."));
            }

            if (item.Scale is null)
            {
                throw new RequestRefused(Problem.Invalid("scale", $"The item with the id {id} has no 'scale'."));
            }
        }

        if (ServedAdapters.Model(host.Engine) is { } model)
        {
            await host.Engine.AdapterLibrary.SetUsualAsync(model.Id, [.. wanted.Select(item => new AdapterChoice(ServedAdapters.Id(all[item.Id!.Value]), item.Scale!.Value))], http.RequestAborted);
        }

        await ListAsync(http, host);
    }

    private static async Task<IReadOnlyList<LoraScaleRequest>> ReadAsync(HttpContext http)
    {
        try
        {
            return await http.ReadJsonAsync(ServerJson.Wire.IReadOnlyListLoraScaleRequest);
        }
        catch (JsonException wrong) when (wrong.InnerException is not JsonException && JsonWithin.Place(wrong.Path) is null)
        {
            throw new RequestRefused(new Problem(400, "invalid_request_error", "invalid_type", "The body must be a list of items, each with the 'id' of one of GET /lora-adapters and a 'scale'."));
        }
    }
}
