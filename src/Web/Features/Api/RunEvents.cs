using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Platform.Agents.Runs;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Api;

/// <summary>GET /v1/runs/{id}/events: a run's stored events after a number, then the live ones until the last.</summary>
public static class RunEvents
{
    public static void MapRunEvents(this IEndpointRouteBuilder app) => app.MapGet("/v1/runs/{id:guid}/events", HandleAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Runs));

    private static readonly HashSet<string> Statuses = [.. Enum.GetValues<RunStatus>().Select(status => EventNames.Of(status))];

    /// <summary>The number to go on after: `?after=` first, then Last-Event-ID, else 0. ArgumentException when it is not a whole number from 0.</summary>
    public static int After(string? query, string? lastEventId)
    {
        var given = string.IsNullOrWhiteSpace(query) ? lastEventId : query;
        if (string.IsNullOrWhiteSpace(given))
        {
            return 0;
        }
        return int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var after)
            ? after : throw new ArgumentException($"The event number to go on after is '{given}'; it must be a whole number from 0.");
    }

    /// <summary>One event as a stream carries it.</summary>
    public static string Frame(RunEvent happened) =>
        $"id: {happened.Seq.ToString(CultureInfo.InvariantCulture)}\nevent: {happened.Name}\ndata: {Body(happened).ToJsonString()}\n\n";

    /// <summary>An event in the words of the API: {seq, ts, run_id, step_id, data}.</summary>
    internal static JsonObject Body(RunEvent happened)
    {
        var data = EventNames.Of(happened.Data);
        if (happened.Name == "run.status" && data is JsonObject told && told["status"]?.GetValue<string>() is { } stage && !Statuses.Contains(stage))
        {
            (told["status"], told["stage"]) = (EventNames.Of(RunStatus.InProgress), stage); // what it is at beside what it is
        }
        return new JsonObject
        {
            ["seq"] = happened.Seq, ["ts"] = happened.At.ToUnixTimeMilliseconds() / 1000.0, ["run_id"] = happened.RunId.ToString(), ["step_id"] = data?["step_id"]?.DeepClone(), ["data"] = data,
        };
    }

    /// <summary>Sends a run's events after a number to its last. The reader may leave: the run goes on. RefusedRequestException where too many read already.</summary>
    internal static async Task StreamAsync(HttpContext http, Guid run, int after, CancellationToken gone)
    {
        var services = http.RequestServices;
        using var place = services.GetRequiredService<RunFollowers>().Take(CurrentCaller.From(http.User).UserId, run);
        await EventStream.BeginAsync(http);
        try
        {
            var events = services.GetRequiredService<RunAgent>().FollowAsync(CurrentCaller.From(http.User), run, after, gone);
            await foreach (var happened in EventStream.WithPausesAsync(events, services.GetRequiredService<TimeProvider>(), gone))
            {
                await EventStream.SendAsync(http, happened is null ? EventStream.Ping : Frame(happened));
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return; // the reader left; the run goes on
        }
        catch (Exception error)
        {
            // The status is long sent: the stream itself must say that it broke off. No id, so that a reader resumes where it was.
            services.GetRequiredService<ILogger<RunAgent>>().LogError(error, "The event stream of run {Run} broke off", run);
            await EventStream.SendAsync(http, "event: error\n" + EventStream.Error(http, new Problem(500, "server_error", "stream_broken", "The stream broke off. Connect again to go on after the last event.")));
        }
    }

    private static async Task HandleAsync(Guid id, string? after, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, HttpContext http, RunAgent runs, CancellationToken gone)
    {
        var from = After(after, lastEventId);
        await runs.GetAsync(CurrentCaller.From(http.User), id, gone); // what is wrong is said before the first byte
        await StreamAsync(http, id, from, gone);
    }
}
