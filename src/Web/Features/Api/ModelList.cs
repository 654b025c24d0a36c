using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Web.Features.Chat;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>GET /v1/models: the models that are served, as the model service describes them, and the published agents that the caller may use.</summary>
internal static class ModelList
{
    public static void MapModelList(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/models", ListAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Models));
        app.MapGet("/v1/models/{**id}", GetAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Models));
    }

    private static async Task<IResult> ListAsync(HttpContext http, EngineRelay relay, AgentLibrary agents, CancellationToken gone)
    {
        var caller = CurrentCaller.From(http.User);
        var cards = (await relay.ModelsAsync(gone)).Where(card => IsOffered(card, caller)).Select(card => (JsonNode?)JsonSerializer.SerializeToNode(card)).Concat(await AgentsAsync(caller, agents, gone));
        return Results.Json(new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. cards]) }, RunJson.Options);
    }

    /// <summary>As in the chat: an adapter is listed to administrators by version, to others by its name, which means what was let through.</summary>
    internal static bool IsOffered(JsonElement card, Caller caller) =>
        caller.IsAdministrator || !card.TryGetProperty("adapter", out var adapter) || adapter.ValueKind != JsonValueKind.Object || !ChatSubjects.IsVersion(card.GetProperty("id").GetString() ?? "");

    private static async Task<IResult> GetAsync(string id, HttpContext http, EngineRelay relay, AgentLibrary agents, CancellationToken gone)
    {
        var isAgent = id.StartsWith(AgentRuns.ModelPrefix, StringComparison.Ordinal);
        var caller = CurrentCaller.From(http.User);
        var found = isAgent ? (await AgentsAsync(caller, agents, gone)).FirstOrDefault(card => card["id"]!.GetValue<string>() == id)
            : (await relay.ModelsAsync(gone)).Where(card => IsOffered(card, caller) && card.GetProperty("id").GetString() == id).Select(card => (JsonNode?)JsonSerializer.SerializeToNode(card)).FirstOrDefault();
        return found is not null ? Results.Json(found, RunJson.Options)
            : throw new RefusedRequestException(new Problem(404, "invalid_request_error", "model_not_found", $"The model '{RequestFields.Short(id)}' does not exist.", Param: "model"));
    }

    private static async Task<IReadOnlyList<JsonNode>> AgentsAsync(Caller caller, AgentLibrary agents, CancellationToken gone) =>
        [.. (await agents.ListAsync(caller, gone)).Where(agent => agent.PublishedVersion is not null).Select(agent => (JsonNode)new JsonObject
        {
            ["id"] = AgentRuns.ModelPrefix + agent.Slug, ["object"] = "model", ["created"] = agent.CreatedAt.ToUnixTimeSeconds(), ["owned_by"] = agent.MayChange ? "you" : "others", ["parent"] = agent.Model.Length > 0 ? agent.Model : null,
            ["capabilities"] = new JsonArray("chat"), ["agent"] = new JsonObject { ["id"] = agent.Id.ToString(), ["name"] = agent.Name, ["description"] = agent.Description, ["version"] = agent.PublishedVersion },
        })];
}
