using System.Text.Json.Nodes;
using Platform.Agents.Definitions;
using Platform.Agents.Memory;
using Platform.Agents.Runs;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>/v1/memories: what agents keep beyond a conversation. The key's owner's own, and what is shared, with the rights that they have on the pages.</summary>
internal static class Memories
{
    public static void MapMemories(this IEndpointRouteBuilder app)
    {
        var memories = app.MapGroup("/v1/memories").RequireAuthorization(KeyScopes.Policy(KeyScopes.Runs));
        memories.MapGet("", async (HttpContext http, MemoryBook book, AgentLibrary agents, string? agent, CancellationToken gone) =>
        {
            var (caller, id, name) = await AgentAsync(http, agents, agent, gone);
            return Results.Json(RunBodies.List((await book.ListAsync(caller, id, gone)).Select(entry => Body(entry, name, caller))), RunJson.Options);
        });
        memories.MapPost("", async (HttpContext http, MemoryBook book, AgentLibrary agents, CancellationToken gone) =>
        {
            var request = await RequestFields.ReadAsync(http);
            var (text, shared) = (request.RequiredText("text"), request.Flag("shared") ?? false);
            var (caller, id, name) = await AgentAsync(http, agents, request.RequiredText("agent"), gone);
            RequireKept(await agents.RunningAsync(caller, gone), id, name, shared);
            return Results.Json(Body(await book.AddAsync(caller, id, text, shared, gone), name, caller), RunJson.Options, statusCode: StatusCodes.Status201Created);
        });
        memories.MapPost("/{id:guid}", async (Guid id, HttpContext http, MemoryBook book, AgentLibrary agents, CancellationToken gone) =>
        {
            var caller = CurrentCaller.From(http.User);
            var changed = await book.EditAsync(caller, id, (await RequestFields.ReadAsync(http)).RequiredText("text"), gone);
            return Results.Json(Body(changed, (await AgentNames.OfAsync(caller, agents, gone)).Of(changed.AgentId), caller), RunJson.Options);
        });
        memories.MapDelete("/{id:guid}", async (Guid id, HttpContext http, MemoryBook book, CancellationToken gone) =>
        {
            await book.DeleteAsync(CurrentCaller.From(http.User), id, gone);
            return Results.Json(RunBodies.Deleted(id, "memory"), RunJson.Options);
        });
    }

    private static async Task<(Caller Caller, Guid Id, string? Name)> AgentAsync(HttpContext http, AgentLibrary agents, string? agent, CancellationToken gone)
    {
        var caller = CurrentCaller.From(http.User);
        if (string.IsNullOrEmpty(agent))
        {
            throw RefusedRequestException.Of("agent", "Say whose memory is wanted: ?agent=name.", "missing_required_parameter");
        }

        var names = await AgentNames.OfAsync(caller, agents, gone);
        var id = names.Find(agent);
        return (caller, id, names.Of(id));
    }

    // What no run would ever read is not taken.
    private static void RequireKept(IReadOnlyDictionary<Guid, AgentDefinition> running, Guid id, string? name, bool shared)
    {
        if (!running.TryGetValue(id, out var agent))
        {
            throw new NotFoundException("Agent");
        }

        if (agent.Memory.Scope is not (MemoryScope.User or MemoryScope.Shared))
        {
            throw RefusedRequestException.Of("agent", $"The agent '{name}' keeps nothing beyond a conversation, so it would never read this. Set its memory to 'For each person' or 'Shared' on its page, and publish it.");
        }

        if (shared && agent.Memory.Scope != MemoryScope.Shared)
        {
            throw RefusedRequestException.Of("shared", $"The agent '{name}' keeps things for each person alone. Leave out 'shared', or set its memory to 'Shared' on its page, and publish it.");
        }
    }

    private static JsonObject Body(MemoryEntry entry, string? agent, Caller caller) => new()
    {
        ["id"] = entry.Id.ToString(), ["object"] = "memory", ["agent"] = agent, ["text"] = entry.Text, ["shared"] = entry.Shared, ["own"] = entry.OwnerId == caller.UserId, ["updated_at"] = entry.UpdatedAt.ToUnixTimeSeconds(),
    };
}
