using System.Runtime.CompilerServices;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>What happened to a job: `…/events` in pages, `…/stream` as it happens.</summary>
internal static class TuningEventEndpoints
{
    private const int UsualPage = 20;
    private static readonly StreamManner Manner = new(problem => StreamItem.Of(ErrorBody.Of(problem), ServerJson.Wire.ErrorBody), EndsWithDone: false);

    public static void MapTuningEvents(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/fine_tuning/jobs/{id}/events", ListAsync).WithMetadata(new AdminOnly());
        app.MapGet("/v1/fine_tuning/jobs/{id}/stream", FollowAsync).WithMetadata(new AdminOnly());
    }

    private static Task ListAsync(HttpContext http, TuningJobs jobs, string id, string? after, string? limit, string? order)
    {
        var (log, wish) = (jobs.Find(id).Events, PageWish.Read(limit, order, UsualPage));
        var number = Number(log, id, after);
        var page = Page<TuningEvent>.First(wish.IsAscending ? log.After(number ?? 0) : log.Before(number), one => one.Id(id), wish.Count);
        return http.WriteJsonAsync(new TuningEventListBody("list", [.. page.Items.Select(one => TuningViews.Of(one, id))], page.HasMore, page.FirstId, page.LastId), ServerJson.Wire.TuningEventListBody);
    }

    /// <summary>The number of the event after which it goes on; null where none is named.</summary>
    private static int? Number(EventLog log, string job, string? after) => string.IsNullOrEmpty(after) ? null
        : TuningEvent.NumberOf(after, job) is { } number && number <= log.Last ? number : throw Page<TuningEvent>.NoSuch(after);

    private static async Task FollowAsync(HttpContext http, EngineHost host, TuningJobs jobs, ServerOptions options, TimeProvider time, string id, string? after)
    {
        var job = jobs.Find(id);
        var seen = job.Events.PositionAfter(Number(job.Events, id, after) ?? 0);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        await new EventStream(http, options, time, Manner, ex => Problems.Describe(http, ex)).WriteAsync(ItemsAsync(job, seen, time, ending.Token), ending.Token);
    }

    /// <summary>The job, every event, and the job again whenever more than its numbers changed, or its end is foreseen for another time; until it has ended.</summary>
    internal static async IAsyncEnumerable<StreamItem> ItemsAsync(TuningJob job, long position, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (last, end) = ((object?)null, (long?)null);
        await foreach (var now in job.FollowAsync(cancellation))
        {
            while (job.Events.From(ref position) is { Count: > 0 } events)
            {
                foreach (var one in events)
                {
                    yield return StreamItem.Of(TuningViews.Of(one, now.Id), ServerJson.Wire.TuningEventBody, "event");
                }
            }

            var state = (now.Status, now.Reason, now.IsPauseAsked, now.IsStopAsked, job.IsHeld, now.Version, now.Dataset, now.Forecast?.Steps, now.FinishedAt);
            var foreseen = TuningViews.EstimatedFinish(job, time);
            if (!state.Equals(last) || TuningViews.IsOtherEnd(end, foreseen, time))
            {
                (last, end) = (state, foreseen);
                yield return StreamItem.Of(TuningViews.Of(job, time), ServerJson.Wire.TuningJobBody, "job");
            }

            if (now.HasEnded)
            {
                yield break;
            }
        }
    }
}
