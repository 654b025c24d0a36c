using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Jobs;

/// <summary>`POST /v1/model_jobs/{id}/cancel`: kills the job's process and answers with how the job ended. One that has ended stays as it is.</summary>
internal static class CancelModelJob
{
    public static void MapCancelModelJob(this IEndpointRouteBuilder app) => app.MapPost("/v1/model_jobs/{id}/cancel", HandleAsync).WithMetadata(new AdminOnly());

    private static async Task HandleAsync(HttpContext http, ModelJobs jobs, string id)
    {
        var job = jobs.Find(id);
        job.Cancel();
        var last = job.Now;
        await foreach (var now in job.FollowAsync(http.RequestAborted))
        {
            last = now;
        }

        await http.WriteJsonAsync(last, ServerJson.Wire.ModelJobBody);
    }
}
