using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Models;

/// <summary>`POST /models/load`, `/models/unload`, `/models/pin`, `/models/default` answer with the model as it is then; `DELETE /v1/models/{id}` deletes a file of the model folder.</summary>
internal static class ChangeModels
{
    public static void MapModelChanges(this IEndpointRouteBuilder app)
    {
        app.MapPost("/models/load", LoadAsync).WithMetadata(new AdminOnly());
        app.MapPost("/models/unload", UnloadAsync).WithMetadata(new AdminOnly());
        app.MapPost("/models/pin", PinAsync).WithMetadata(new AdminOnly());
        app.MapPost("/models/default", ChooseAsync).WithMetadata(new AdminOnly());
        app.MapDelete("/v1/models/{id}", DeleteAsync).WithMetadata(new AdminOnly());
    }

    /// <summary>The name that a request must carry.</summary>
    public static string Name(string? model) => string.IsNullOrEmpty(model) ? throw new RequestRefused(Problem.Invalid("model", "'model' is missing. GET /v1/models lists the models.")) : model;

    // What answers where no model is named is a model alone; adapters are asked for by name.
    private static string Base(string model) => model.Contains(':', StringComparison.Ordinal)
        ? throw new RequestRefused(Problem.Invalid("model", $"'{model}' is a model with an adapter; the default is a model alone. Send '{model.Split(':')[0]}', or name the adapter with each request.")) : model;

    /// <summary>How a model shall be loaded; null where the request does not say.</summary>
    public static LoadSettings? Settings(LoadModelRequest request) => request switch
    {
        { Usual: true, ContextTokens: null, Rope: null } => new LoadSettings(),
        { Usual: true } => throw new RequestRefused(Problem.Invalid("usual", "'usual' stands beside 'context_tokens' or 'rope'; send one or the others.")),
        { ContextTokens: null, Rope: null } => null,
        _ => new LoadSettings(request.ContextTokens, request.Rope is { } rope ? Scaling(Kind(rope.Type), rope.Factor, rope.Base) : null),
    };

    // Without a factor nothing would be stretched, and nobody would be told.
    private static RopeScaling Scaling(RopeKind kind, double? factor, double? @base) => (kind, factor) is (not RopeKind.None, null)
        ? throw new RequestRefused(Problem.Invalid("rope.factor", "'rope.factor' is missing: how many times as long as its training's the context shall be, 1 to 64. Divide the tokens that you want by the model's meta.n_ctx_train, or send the type none."))
        : new RopeScaling(kind, factor ?? 1, @base);

    private static RopeKind Kind(string? type) => type switch
    {
        "none" => RopeKind.None,
        "linear" => RopeKind.Linear,
        "yarn" => RopeKind.Yarn,
        _ => throw new RequestRefused(Problem.Invalid("rope.type", $"'rope.type' is '{type}'; it must be none, linear or yarn.")),
    };

    private static async Task LoadAsync(HttpContext http, EngineHost host, AdapterGate gate)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.LoadModelRequest);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        await host.Engine.LoadAsync(Name(request.Model), Settings(request), ending.Token);
        await TellAsync(http, host, gate, request.Model!);
    }

    private static async Task UnloadAsync(HttpContext http, EngineHost host, AdapterGate gate)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.NamedModelRequest);
        await host.Engine.UnloadAsync(Name(request.Model), http.RequestAborted);
        await TellAsync(http, host, gate, request.Model!);
    }

    private static async Task PinAsync(HttpContext http, EngineHost host, AdapterGate gate)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.PinModelRequest);
        host.Engine.Pin(Name(request.Model), request.Pinned ?? throw new RequestRefused(Problem.Invalid("pinned", "'pinned' is missing; send true or false.")));
        await TellAsync(http, host, gate, request.Model!);
    }

    private static async Task ChooseAsync(HttpContext http, EngineHost host, AdapterGate gate)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.NamedModelRequest);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        await host.Engine.ChooseAsync(Base(Name(request.Model)), ending.Token);
        await TellAsync(http, host, gate, request.Model!);
    }

    private static async Task DeleteAsync(HttpContext http, EngineHost host, ModelUse use, string id)
    {
        use.RefuseUsed(id);
        await host.Engine.DeleteAsync(id, http.RequestAborted);
        await http.WriteJsonAsync(new ModelDeleted(id, "model", true), ServerJson.Wire.ModelDeleted);
    }

    private static Task TellAsync(HttpContext http, EngineHost host, AdapterGate gate, string id) => http.WriteJsonAsync(ModelCards.Find(host.Engine, gate, id.Split(':')[0]), ServerJson.Wire.ModelCard);
}
