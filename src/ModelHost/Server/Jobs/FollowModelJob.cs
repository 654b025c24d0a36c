using System.Runtime.CompilerServices;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Jobs;

/// <summary>`GET /v1/model_jobs/{id}/events`: the job at each change, until it has ended. Who leaves ends nothing.</summary>
internal static class FollowModelJob
{
    private static readonly StreamManner Manner = new(problem => StreamItem.Of(ErrorBody.Of(problem), ServerJson.Wire.ErrorBody), EndsWithDone: false);

    public static void MapFollowModelJob(this IEndpointRouteBuilder app) => app.MapGet("/v1/model_jobs/{id}/events", HandleAsync).WithMetadata(new AdminOnly());

    private static async Task HandleAsync(HttpContext http, EngineHost host, ModelJobs jobs, ServerOptions options, TimeProvider time, string id)
    {
        var job = jobs.Find(id);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Drained);
        await new EventStream(http, options, time, Manner, ex => Problems.Describe(http, ex)).WriteAsync(ItemsAsync(job, ending.Token), ending.Token);
    }

    private static async IAsyncEnumerable<StreamItem> ItemsAsync(ModelJob job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var now in job.FollowAsync(cancellation))
        {
            yield return StreamItem.Of(now, ServerJson.Wire.ModelJobBody);
        }
    }
}
