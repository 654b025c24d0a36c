using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>vLLM's `POST /v1/load_lora_adapter` and `/v1/unload_lora_adapter`. The path is one inside the registry: a version of that adapter is read into memory, any other GGUF file there becomes its next version. Models are named `base:adapter` all the same.</summary>
internal static class LoadAdapter
{
    public static void MapLoadAdapter(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/load_lora_adapter", LoadAsync).WithMetadata(new AdminOnly());
        app.MapPost("/v1/unload_lora_adapter", UnloadAsync).WithMetadata(new AdminOnly());
    }

    private static async Task LoadAsync(HttpContext http, EngineHost host)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.LoadAdapterRequest);
        var (name, path) = (request.LoraName ?? throw Missing("lora_name"), request.LoraPath ?? throw Missing("lora_path"));
        var library = host.Engine.AdapterLibrary;
        var id = library.IdOf(name, path);
        if (id is null)
        {
            await using var file = library.Open(path);
            id = ServedAdapters.Id(await library.AddAsync(new AdapterUpload(name), file, http.RequestAborted));
        }

        var model = ServedAdapters.Model(host.Engine) ?? throw new RequestRefused(Problem.Invalid("lora_name", "No model that writes is loaded."));
        await library.LoadAsync(model.Id, id, http.RequestAborted);
        await http.Response.WriteAsync($"Success: LoRA adapter '{name}' is loaded as '{model.Id}:{id}'.", http.RequestAborted);
    }

    private static async Task UnloadAsync(HttpContext http, EngineHost host)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.UnloadAdapterRequest);
        var name = request.LoraName ?? throw Missing("lora_name");
        host.Engine.AdapterLibrary.Unload(name);
        await http.Response.WriteAsync($"Success: LoRA adapter '{name}' is unloaded.", http.RequestAborted);
    }

    private static RequestRefused Missing(string field) => new(Problem.Invalid(field, $"'{field}' is missing."));
}
