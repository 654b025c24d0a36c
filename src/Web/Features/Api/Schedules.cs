using System.Text.Json.Nodes;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Schedules;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>/v1/schedules: runs of agents at certain times, and what became of them.</summary>
internal static class Schedules
{
    public static void MapSchedules(this IEndpointRouteBuilder app)
    {
        var schedules = app.MapGroup("/v1/schedules").RequireAuthorization(KeyScopes.Policy(KeyScopes.Runs));
        schedules.MapGet("", async (HttpContext http, ScheduleLibrary library, AgentLibrary agents, CancellationToken gone) =>
        {
            var caller = CurrentCaller.From(http.User);
            var names = await AgentNames.OfAsync(caller, agents, gone);
            return Results.Json(RunBodies.List((await library.ListAsync(caller, gone)).Select(schedule => Body(schedule, names))), RunJson.Options);
        });
        schedules.MapPost("", (HttpContext http, ScheduleLibrary library, AgentLibrary agents, CancellationToken gone) => SaveAsync(null, http, library, agents, gone));
        schedules.MapGet("/{id:guid}", async (Guid id, HttpContext http, ScheduleLibrary library, AgentLibrary agents, CancellationToken gone) =>
        {
            var caller = CurrentCaller.From(http.User);
            return Results.Json(Body(await library.GetAsync(caller, id, gone), await AgentNames.OfAsync(caller, agents, gone)), RunJson.Options);
        });
        schedules.MapPost("/{id:guid}", (Guid id, HttpContext http, ScheduleLibrary library, AgentLibrary agents, CancellationToken gone) => SaveAsync(id, http, library, agents, gone));
        schedules.MapDelete("/{id:guid}", async (Guid id, HttpContext http, ScheduleLibrary library, CancellationToken gone) =>
        {
            await library.DeleteAsync(CurrentCaller.From(http.User), id, gone);
            return Results.Json(RunBodies.Deleted(id, "schedule"), RunJson.Options);
        });
        schedules.MapPost("/{id:guid}/run", async (Guid id, HttpContext http, ScheduleLibrary library, CancellationToken gone) =>
            Results.Json(Body(await library.RunNowAsync(CurrentCaller.From(http.User), id, gone)), RunJson.Options, statusCode: StatusCodes.Status202Accepted));
        schedules.MapGet("/{id:guid}/history", async (Guid id, HttpContext http, ScheduleLibrary library, CancellationToken gone) =>
            Results.Json(RunBodies.List((await library.HistoryAsync(CurrentCaller.From(http.User), id, gone)).Select(Body)), RunJson.Options));
    }

    /// <summary>A new schedule, or other settings of one: what a request leaves out stays.</summary>
    private static async Task<IResult> SaveAsync(Guid? id, HttpContext http, ScheduleLibrary library, AgentLibrary agents, CancellationToken gone)
    {
        var caller = CurrentCaller.From(http.User);
        var request = await RequestFields.ReadAsync(http);
        var before = id is { } known ? (await library.GetAsync(caller, known, gone)).Settings : null;
        var names = await AgentNames.OfAsync(caller, agents, gone);
        var settings = new ScheduleSettings(
            Or(request, "name", before?.Name), request.Text("agent") is { } slug ? names.Find(slug) : before?.AgentId ?? names.Find(request.RequiredText("agent")), Or(request, "input", before?.Input), Or(request, "cron", before?.Cron),
            request.Text("time_zone") ?? before?.TimeZone ?? "UTC", Rule(request, "missed", before?.Missed ?? MissedRule.Skip), Rule(request, "overlap", before?.Overlap ?? OverlapRule.Skip), request.Flag("enabled") ?? before?.Enabled ?? true);
        var saved = id is { } old ? await library.ChangeAsync(caller, old, settings, gone) : await library.CreateAsync(caller, settings, gone);
        return Results.Json(Body(saved, names), RunJson.Options, statusCode: id is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static string Or(RequestFields request, string name, string? before) => before is null ? request.RequiredText(name) : request.Text(name) ?? before;

    private static T Rule<T>(RequestFields request, string name, T before) where T : struct, Enum =>
        request.Text(name) is not { } given ? before
        : Enum.GetValues<T>().Where(rule => EventNames.Of(rule) == given).Select(rule => (T?)rule).FirstOrDefault()
            ?? throw RefusedRequestException.Of(name, $"'{RequestFields.Short(given)}' is no rule; there are {string.Join(" and ", Enum.GetValues<T>().Select(rule => EventNames.Of(rule)))}.");

    private static JsonObject Body(Schedule schedule, AgentNames names) => new()
    {
        ["id"] = schedule.Id.ToString(), ["object"] = "schedule", ["name"] = schedule.Settings.Name, ["agent"] = names.Of(schedule.Settings.AgentId), ["input"] = schedule.Settings.Input,
        ["cron"] = schedule.Settings.Cron, ["time_zone"] = schedule.Settings.TimeZone, ["missed"] = EventNames.Of(schedule.Settings.Missed), ["overlap"] = EventNames.Of(schedule.Settings.Overlap),
        ["enabled"] = schedule.Settings.Enabled, ["next_at"] = schedule.NextAt?.ToUnixTimeSeconds(), ["created_at"] = schedule.CreatedAt.ToUnixTimeSeconds(), ["last"] = schedule.Last is { } last ? Body(last) : null,
    };

    private static JsonObject Body(ScheduleEntry entry) => new()
    {
        ["id"] = entry.Id.ToString(), ["object"] = "schedule.entry", ["schedule_id"] = entry.ScheduleId.ToString(), ["due_at"] = entry.DueAt.ToUnixTimeSeconds(), ["outcome"] = EventNames.Of(entry.Outcome),
        ["missed"] = entry.Missed, ["by_hand"] = entry.ByHand, ["run_id"] = entry.RunId?.ToString(), ["run_status"] = entry.Status is { } status ? EventNames.Of(status) : null, ["reason"] = entry.Reason.Length > 0 ? entry.Reason : null,
    };
}
