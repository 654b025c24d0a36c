using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Platform.Agents.Runs;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Chat;

/// <summary>GET /v1/runs/{id}/events: a run's stored events after a number, then the live ones until the last.</summary>
public static class RunEvents
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    public static void MapRunEvents(this IEndpointRouteBuilder app) => app.MapGet("/v1/runs/{id:guid}/events", HandleAsync).RequireAuthorization(KeyScopes.Policy(KeyScopes.Runs));

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
    public static string Frame(RunEvent happened)
    {
        using var data = JsonDocument.Parse(happened.Data);
        var body = JsonSerializer.Serialize(new { seq = happened.Seq, ts = happened.At.ToUnixTimeMilliseconds() / 1000.0, run_id = happened.RunId, data = data.RootElement });
        return $"id: {happened.Seq.ToString(CultureInfo.InvariantCulture)}\nevent: {happened.Name}\ndata: {body}\n\n";
    }

    private static async Task HandleAsync(
        Guid id, string? after, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, HttpContext http, RunAgent runs, ILogger<RunAgent> log, TimeProvider time, CancellationToken gone)
    {
        var caller = CurrentCaller.From(http.User);
        var from = After(after, lastEventId);
        await runs.GetAsync(caller, id, gone); // what is wrong is said before the first byte

        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await http.Response.Body.FlushAsync(gone);
        try
        {
            await foreach (var part in WithPingsAsync(runs.FollowAsync(caller, id, from, gone), time, gone))
            {
                await http.Response.WriteAsync(part, gone);
                await http.Response.Body.FlushAsync(gone);
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return; // the reader left; the run goes on
        }
        catch (Exception error)
        {
            // The status is long sent: the stream itself must say that it broke off. No id, so that a reader resumes where it was.
            log.LogError(error, "The event stream of run {Run} broke off", id);
            await http.Response.WriteAsync("event: error\ndata: {\"error\":{\"message\":\"The stream broke off. Connect again to go on after the last event.\",\"type\":\"server_error\",\"code\":\"stream_broken\"}}\n\n", gone);
        }
    }

    // A comment in every quiet quarter of a minute keeps proxies from closing the line.
    private static async IAsyncEnumerable<string> WithPingsAsync(IAsyncEnumerable<RunEvent> events, TimeProvider time, [EnumeratorCancellation] CancellationToken gone)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(gone);
        await using var reader = events.GetAsyncEnumerator(leaving.Token);
        var next = reader.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                await ((Task)next).WaitAsync(Quiet, time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                gone.ThrowIfCancellationRequested();
                if (!next.IsCompleted)
                {
                    yield return ": ping\n\n";
                    continue;
                }
                if (!await next)
                {
                    yield break;
                }
                yield return Frame(reader.Current);
                next = reader.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator may only be let go at rest. Where a write failed the next event may be far off: give up waiting for it.
            await leaving.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
