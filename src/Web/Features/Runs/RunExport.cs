using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Agents.Runs;
using Platform.Web.Host;

namespace Platform.Web.Features.Runs;

/// <summary>GET /api/runs/{id}/export: a run with all its events as a JSON file, for its owner and administrators.</summary>
public static class RunExport
{
    private static readonly JsonSerializerOptions Indented = new(RunJson.Options) { WriteIndented = true };

    public static void MapRunExport(this IEndpointRouteBuilder app) => app.MapGet("/api/runs/{id:guid}/export", HandleAsync).RequireAuthorization();

    private static async Task<FileContentHttpResult> HandleAsync(Guid id, HttpContext http, RunArchive archive, CancellationToken gone)
    {
        var caller = CurrentCaller.From(http.User);
        var record = await archive.GetAsync(caller, id, gone);
        var events = await archive.EventsAsync(caller, id, gone);
        var file = new
        {
            id, status = record.Listed.Run.Status.ToString().ToLowerInvariant(), created_at = record.Listed.Run.CreatedAt, ended_at = record.Listed.Run.EndedAt, question = record.Listed.Question,
            model = record.Listed.Model, agent = record.Agent, events = events.Select(e => new { seq = e.Seq, at = e.At, name = e.Name, data = JsonSerializer.Deserialize<JsonElement>(e.Data) }),
        };
        return TypedResults.File(JsonSerializer.SerializeToUtf8Bytes(file, Indented), "application/json", $"run-{id}.json");
    }
}
