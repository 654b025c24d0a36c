using System.Text.Json.Nodes;
using Platform.ModelHost.Client.Engines;
using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Admin;

/// <summary>The model service's models: what there is, what is loaded, what would fit. Everything here throws ModelHostException; another engine than our own has none of it (StatusCode 404).</summary>
public sealed partial class ModelAdmin
{
    private readonly ModelHostHttp _http;
    private readonly EnginePool _pool;

    internal ModelAdmin(ModelHostHttp http, EnginePool pool) => (_http, _pool) = (http, pool);

    /// <summary>Every model that is loaded or could be, and those that are being downloaded; first the one that answers where none is named. Adapters are not listed.</summary>
    public async Task<IReadOnlyList<AdminModel>> ListAsync(CancellationToken cancellation) =>
        [.. ((await _http.GetAsync("/v1/models", ClientJson.Default.AdminModelListBody, cancellation)).Data ?? []).Where(model => model.Parent is null).Select(model => model.ToModel())];

    /// <summary>Loads a model, or loads it anew when the context or the rope scaling is another; null for both takes what the service usually takes. Refused with the numbers (code out_of_memory) when it does not fit.</summary>
    public Task<AdminModel> LoadAsync(string model, int? contextTokens, RopeChoice? rope, CancellationToken cancellation) => ChangeAsync("/models/load", LoadBody(model, contextTokens, rope), cancellation);

    /// <summary>Loads a model as it was loaded the last time.</summary>
    public Task<AdminModel> LoadAsync(string model, CancellationToken cancellation) => ChangeAsync("/models/load", Named(model), cancellation);

    /// <summary>Unloads a model; refused (code model_in_use) while it serves requests.</summary>
    public Task<AdminModel> UnloadAsync(string model, CancellationToken cancellation) => ChangeAsync("/models/unload", Named(model), cancellation);

    /// <summary>A pinned model stays loaded when others need room and when nobody asks.</summary>
    public Task<AdminModel> PinAsync(string model, bool isPinned, CancellationToken cancellation) => ChangeAsync("/models/pin", new JsonObject { ["model"] = model, ["pinned"] = isPinned }, cancellation);

    /// <summary>Makes a chat model the one that answers where none is named; remembered across restarts.</summary>
    public Task<AdminModel> ChooseAsync(string model, CancellationToken cancellation) => ChangeAsync("/models/default", Named(model), cancellation);

    /// <summary>Deletes a model's file from the model folder. It must not be loaded.</summary>
    public async Task DeleteAsync(string model, CancellationToken cancellation)
    {
        await _http.DeleteAsync("/v1/models/" + Uri.EscapeDataString(model), cancellation);
        _pool.Forget();
    }

    /// <summary>What memory is promised to whom.</summary>
    public async Task<MemoryState> MemoryAsync(CancellationToken cancellation)
    {
        var body = await _http.GetAsync("/memory", ClientJson.Default.MemoryBody, cancellation);
        return new MemoryState(body.TotalBytes, body.FreeBytes, Shares(body.Uses));
    }

    /// <summary>Whether a model could be loaded now, without loading it.</summary>
    public async Task<ModelFit> FitAsync(string model, int? contextTokens, RopeChoice? rope, CancellationToken cancellation)
    {
        var body = await _http.PostAsync("/memory/fit", LoadBody(model, contextTokens, rope), ClientJson.Default.MemoryFitBody, cancellation);
        return new ModelFit(body.Fits, body.NeedsBytes, body.FreeBytes, Shares(body.Uses), body.Reason);
    }

    private async Task<AdminModel> ChangeAsync(string path, JsonObject body, CancellationToken cancellation)
    {
        var changed = await _http.PostAsync(path, body, ClientJson.Default.AdminModelBody, cancellation);
        _pool.Forget();
        return changed.ToModel();
    }

    private static JsonObject Named(string model) => new() { ["model"] = model };

    private static JsonObject LoadBody(string model, int? contextTokens, RopeChoice? rope)
    {
        var body = Named(model);
        if (contextTokens is not null)
        {
            body["context_tokens"] = contextTokens;
        }

        if (contextTokens is null && rope is null)
        {
            body["usual"] = true;
        }

        if (rope is not null)
        {
            body["rope"] = new JsonObject { ["type"] = rope.Kind.ToString().ToLowerInvariant(), ["factor"] = rope.Factor, ["base"] = rope.Base };
        }

        return body;
    }

    private static IReadOnlyList<MemoryShare> Shares(IReadOnlyList<MemoryUseBody>? uses) => [.. (uses ?? []).Select(use => new MemoryShare(use.Owner ?? "", use.Part ?? "", use.Bytes))];
}
