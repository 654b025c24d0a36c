using System.Globalization;
using Platform.Agents.Runs;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>/v1/runs: runs that the server owns. Leaving stops none of them. /v1/threads: what carries them.</summary>
internal static class Runs
{
    private const int UsualPart = 20, MostPart = 100;

    public static void MapRuns(this IEndpointRouteBuilder app)
    {
        var runs = app.MapGroup("/v1/runs").RequireAuthorization(KeyScopes.Policy(KeyScopes.Runs));
        runs.MapPost("", CreateAsync);
        runs.MapGet("", ListAsync);
        runs.MapGet("/{id:guid}", GetAsync);
        runs.MapDelete("/{id:guid}", DeleteAsync);
        runs.MapPost("/{id:guid}/cancel", CancelAsync);
        runs.MapPost("/{id:guid}/fork", Fork.HandleAsync);
        app.MapDelete("/v1/threads/{id:guid}", DeleteThreadAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Runs));
    }

    /// <summary>Answers with a run that was started: its events, its end, or at once that it was.</summary>
    public static async Task AnswerAsync(HttpContext http, RunInfo run, bool stream, bool background)
    {
        http.Response.Headers["x-run-id"] = run.Id.ToString();
        http.Response.Headers.Location = $"/v1/runs/{run.Id}";
        if (stream)
        {
            await RunEvents.StreamAsync(http, run.Id, 0, http.RequestAborted);
            return;
        }

        if (!background)
        {
            await UntilEndAsync(http, run);
        }

        http.Response.StatusCode = background ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        await WriteAsync(http, run.Id);
    }

    private static async Task CreateAsync(HttpContext http, AgentRuns starter, CancellationToken gone)
    {
        var request = await RequestFields.ReadAsync(http);
        var (stream, background) = (request.Flag("stream") ?? false, request.Flag("background") ?? true);
        request.Know("agent", "model", "input", "time_zone", "run_id", "thread_id", "stream", "background");
        var agent = AgentOf(request.Text("agent"), request.Text("model"));
        var run = await starter.StartAsync(http.User, agent, ChatInput.Of(request, "input"), request.Id("run_id"), request.Id("thread_id"), gone, request.Text("time_zone"));
        await AnswerAsync(http, run, stream, background);
    }

    /// <summary>The agent by either name: a run is of no model, and of one agent.</summary>
    private static string? AgentOf(string? agent, string? model) =>
        model is null ? agent
        : !model.StartsWith(AgentRuns.ModelPrefix, StringComparison.Ordinal) ? throw RefusedRequestException.Of("model", $"'{RequestFields.Short(model)}' is no agent; '{AgentRuns.ModelPrefix}<slug>' names one. A run without an agent is answered by the usual model; models are asked at POST /v1/chat/completions.")
        : agent is null ? model // as chat completions name one
        : throw RefusedRequestException.Of("model", "The agent is named twice, as 'agent' and as 'model'. Send one of them.");

    private static async Task<IResult> ListAsync(HttpContext http, RunArchive archive, RunOutcomes outcomes, string? status, string? thread_id, string? limit, string? offset, CancellationToken gone)
    {
        RequestFields.Know(http.Request.Query.Keys, "status", "thread_id", "limit", "offset");
        var caller = CurrentCaller.From(http.User);
        var (most, skip) = (Whole("limit", limit) ?? UsualPart, Whole("offset", offset) ?? 0);
        if (most is < 1 or > MostPart || skip < 0)
        {
            throw RefusedRequestException.Of(skip < 0 ? "offset" : "limit", $"A list has 1 to {MostPart} runs, after 0 or more; {most} after {skip} were asked for.");
        }

        var filter = new RunFilter(StatusOf(status), OwnerId: caller.UserId, ConversationId: Thread(thread_id)) { Active = status == "active" };
        var found = await archive.ListAsync(caller, filter, skip, most, gone);
        var told = await outcomes.OfAsync(caller, [.. found.Runs.Select(listed => listed.Run.Id)], gone);
        return Results.Json(RunBodies.List(told.Select(RunBodies.Of), hasMore: skip + found.Runs.Count < found.Total), RunJson.Options);
    }

    private static Task GetAsync(Guid id, HttpContext http) => WriteAsync(http, id);

    private static async Task CancelAsync(Guid id, HttpContext http, RunAgent runs, CancellationToken gone)
    {
        await runs.CancelAsync(CurrentCaller.From(http.User), id, gone);
        await WriteAsync(http, id);
    }

    private static async Task<IResult> DeleteAsync(Guid id, HttpContext http, RunRemoval removal, CancellationToken gone)
    {
        await removal.DeleteRunAsync(CurrentCaller.From(http.User), id, gone);
        return Results.Json(RunBodies.Deleted(id, "run"), RunJson.Options);
    }

    private static async Task<IResult> DeleteThreadAsync(Guid id, HttpContext http, RunRemoval removal, CancellationToken gone)
    {
        await removal.DeleteThreadAsync(CurrentCaller.From(http.User), id, gone);
        return Results.Json(RunBodies.Deleted(id, "thread"), RunJson.Options);
    }

    private static async Task WriteAsync(HttpContext http, Guid id)
    {
        var outcome = await http.RequestServices.GetRequiredService<RunOutcomes>().GetAsync(CurrentCaller.From(http.User), id, http.RequestAborted);
        await http.Response.WriteAsJsonAsync(RunBodies.Of(outcome), RunJson.Options, http.RequestAborted);
    }

    private static async Task UntilEndAsync(HttpContext http, RunInfo run)
    {
        await foreach (var _ in http.RequestServices.GetRequiredService<RunAgent>().UntilAnswerAsync(CurrentCaller.From(http.User), run.Id, http.RequestAborted))
        {
            continue; // what it came to is read from the database
        }
    }

    private static int? Whole(string name, string? given) =>
        string.IsNullOrEmpty(given) ? null
        : int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw RefusedRequestException.Of(name, $"'{RequestFields.Short(given)}' is no whole number.");

    private static Guid? Thread(string? given) =>
        string.IsNullOrEmpty(given) ? null
        : Guid.TryParse(given, out var id) ? id
        : throw RefusedRequestException.Of("thread_id", $"'{RequestFields.Short(given)}' is no id of a thread.");

    private static RunStatus? StatusOf(string? status) =>
        status is null or "" or "active" ? null
        : Enum.GetValues<RunStatus>().Where(known => EventNames.Of(known) == status).Select(known => (RunStatus?)known).FirstOrDefault()
            ?? throw RefusedRequestException.Of("status", $"'{RequestFields.Short(status)}' is no status; there are active, {string.Join(", ", Enum.GetValues<RunStatus>().Select(known => EventNames.Of(known)))}.");
}
