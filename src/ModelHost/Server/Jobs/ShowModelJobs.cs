using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Jobs;

/// <summary>`GET /v1/model_jobs`, the newest first, and `GET /v1/model_jobs/{id}`.</summary>
internal static class ShowModelJobs
{
    public static void MapShowModelJobs(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/model_jobs", ListAsync).WithMetadata(new AdminOnly());
        app.MapGet("/v1/model_jobs/{id}", GetAsync).WithMetadata(new AdminOnly());
    }

    private static Task ListAsync(HttpContext http, ModelJobs jobs) => http.WriteJsonAsync(new ModelJobListBody("list", [.. jobs.All.Select(job => job.Now)]), ServerJson.Wire.ModelJobListBody);

    private static Task GetAsync(HttpContext http, ModelJobs jobs, string id) => http.WriteJsonAsync(jobs.Find(id).Now, ServerJson.Wire.ModelJobBody);
}
