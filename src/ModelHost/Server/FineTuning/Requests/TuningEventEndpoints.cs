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
        var page = Page<TuningEvent>.Of(jobs.Find(id).Events.All().Reverse(), one => one.Id(id), after, limit, order, UsualPage);
        return http.WriteJsonAsync(new TuningEventListBody("list", [.. page.Items.Select(one => TuningViews.Of(one, id))], page.HasMore, page.FirstId, page.LastId), ServerJson.Wire.TuningEventListBody);
    }

    private static async Task FollowAsync(HttpContext http, EngineHost host, TuningJobs jobs, ServerOptions options, TimeProvider time, string id, string? after)
    {
        var job = jobs.Find(id);
        var seen = after is { Length: > 0 } ? job.Events.All().FirstOrDefault(one => one.Id(id) == after)?.Number ?? throw new RequestRefused(Problem.Invalid("after", $"'after' is '{after}', which is the id of no event of this job.")) : 0;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        await new EventStream(http, options, time, Manner, ex => Problems.Describe(http, ex)).WriteAsync(ItemsAsync(job, seen, time, ending.Token), ending.Token);
    }

    /// <summary>The job, every event, and the job again whenever more than its numbers changed; until it has ended.</summary>
    private static async IAsyncEnumerable<StreamItem> ItemsAsync(TuningJob job, int seen, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (position, last) = (0L, (object?)null);
        await foreach (var now in job.FollowAsync(cancellation))
        {
            foreach (var one in job.Events.From(ref position))
            {
                if (one.Number > seen)
                {
                    yield return StreamItem.Of(TuningViews.Of(one, now.Id), ServerJson.Wire.TuningEventBody, "event");
                }
            }

            var state = (now.Status, now.Reason, now.IsPauseAsked, job.IsHeld, now.Version, now.Dataset, now.Forecast, now.FinishedAt);
            if (!state.Equals(last))
            {
                last = state;
                yield return StreamItem.Of(TuningViews.Of(job, time), ServerJson.Wire.TuningJobBody, "job");
            }

            if (now.HasEnded)
            {
                yield break;
            }
        }
    }
}
