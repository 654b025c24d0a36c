using System.Globalization;
using System.Text.Json.Nodes;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>`…/checkpoints` of a job, and putting one into the registry of adapters.</summary>
internal static class CheckpointEndpoints
{
    private const int UsualPage = 10;
    private const long RuntimeBytes = 1L << 30;

    public static void MapCheckpoints(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/fine_tuning/jobs/{id}/checkpoints", ListAsync).WithMetadata(new AdminOnly());
        app.MapPost("/v1/fine_tuning/jobs/{id}/checkpoints/{step}/register", RegisterAsync).WithMetadata(new AdminOnly());
    }

    private static Task ListAsync(HttpContext http, TuningJobs jobs, string id, string? after, string? limit, string? order)
    {
        var page = Page<CheckpointBody>.Of(TuningViews.Checkpoints(jobs.Find(id)), one => one.Id, after, limit, order, UsualPage);
        return http.WriteJsonAsync(new CheckpointListBody("list", page.Items, page.HasMore, page.FirstId, page.LastId), ServerJson.Wire.CheckpointListBody);
    }

    /// <summary>The weights of a step become the next version of the job's adapter, a draft.</summary>
    private static async Task RegisterAsync(HttpContext http, EngineHost host, TuningJobs jobs, TrainerProgram trainer, AdapterGate gate, string id, string step)
    {
        var (job, engine) = (jobs.Find(id), host.Engine);
        if (!int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || job.Folder.Checkpoint(at) is not { } checkpoint)
        {
            throw new RequestRefused(new Problem(404, "invalid_request_error", "not_found", $"The job '{id}' has no checkpoint of step '{step}'. It has {string.Join(", ", job.Folder.CheckpointSteps.DefaultIfEmpty(0))}.", "step"));
        }

        using var use = job.Use();
        var (export, memory) = (Guid.NewGuid(), job.Now.Forecast!);
        var (owner, exported) = ($"{id}-{at}-{export.ToString("N")[..8]}", Path.Combine(job.Folder.Path, $"{export:N}.gguf")); // the same step may be asked for twice at once
        await engine.HoldMemoryAsync(owner, "export", memory.BaseBytes + memory.AdapterBytes, http.RequestAborted);
        try
        {
            await trainer.Program.RunAsync($"Exporting step {at}", RuntimeBytes + 2 * memory.TotalBytes, ["export", job.Folder.Path, checkpoint, exported], http.RequestAborted);
            var adapter = await JobCompletion.AddAsync(engine, job, exported, at, new JsonObject { ["steps"] = at }, http.RequestAborted);
            job.Change(now => now with { Registered = new Dictionary<int, string>(now.Registered) { [at] = ServedAdapters.Id(adapter) } });
            http.Response.StatusCode = StatusCodes.Status201Created;
            await http.WriteJsonAsync(ServedAdapters.Card(adapter, gate), ServerJson.Wire.AdapterCard);
        }
        finally
        {
            engine.ReleaseMemory(owner);
            File.Delete(exported);
        }
    }
}
