using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.FineTuning.Requests;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Jobs;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Adapters;

/// <summary>`POST /v1/adapters/{name}/versions/{version}/measure`: measures what is not known yet of how a version compares with its base, as a job among those of `/v1/model_jobs`; with a `validation_file`, by its rows in the place of those that the version's job held out. 202 with the job.</summary>
internal static class MeasureAdapter
{
    public static void MapMeasureAdapter(this IEndpointRouteBuilder app) => app.MapPost("/v1/adapters/{name}/versions/{version}/measure", HandleAsync).WithMetadata(new AdminOnly());

    private static async Task HandleAsync(HttpContext http, EngineHost host, ModelJobs jobs, TuningJobs tuning, VersionMeasures measures, FileStore files, string name, string version)
    {
        var asked = await http.ReadJsonOrNoneAsync(ServerJson.Wire.MeasureRequest);
        var engine = host.Engine;
        var adapter = engine.AdapterLibrary.Find(name, ServedAdapters.Version(version));
        var maker = AdapterLineage.JobOf(adapter) is { } id ? tuning.All.FirstOrDefault(job => job.Now.Id == id) : null;
        var model = adapter.BaseModel ?? throw new RequestRefused(Problem.Invalid("version", $"'{ServedAdapters.Id(adapter)}' was put there by hand, and nothing says for which model. Upload it as a version."));
        if (maker is { Now: { HasEnded: false } making } && making.MayMake(adapter) && !AdapterLineage.IsCheckpoint(adapter))
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "wrong_state", $"The job '{maker.Now.Id}' that '{ServedAdapters.Id(adapter)}' was made by has not ended, and measures it itself. Wait for its end, or cancel it.", "version"));
        }

        var rows = asked?.ValidationFile is { } file ? TuningEndpoints.Named(files, file, "validation_file", TuningMethod.Supervised) ?? throw TuningCheck.Refused("validation_file", "'validation_file' is empty. Name an uploaded file, or leave it out.") : null;
        if (rows is null && VersionMeasures.Missing(adapter, maker).Count == 0)
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "wrong_state", $"Of '{ServedAdapters.Id(adapter)}' is measured what can be{(maker is null && AdapterLineage.JobOf(adapter) is not null ? "; the job that it was made by is gone, and with it the rows that were held out" : "")}. Name other rows in 'validation_file' to measure it by those.", "version"));
        }

        engine.Work.Measure.Check(new PerplexityRequest("", model, Adapter: ServedAdapters.Id(adapter)));
        var job = jobs.Add("measure", $"{model}:{ServedAdapters.Id(adapter)}", (owner, progress, cancellation) => RunAsync(host, measures, adapter, maker, rows, owner, progress, cancellation));
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        await http.WriteJsonAsync(job.Now, ServerJson.Wire.ModelJobBody);
    }

    private static async Task<ModelJobResult> RunAsync(EngineHost host, VersionMeasures measures, AdapterInfo adapter, TuningJob? maker, StoredFile? rows, string owner, Action<double> progress, CancellationToken cancellation)
    {
        var measured = rows is null ? await measures.RunAsync(host.Engine, adapter, maker, owner, progress, cancellation) : await measures.RunAsync(host.Engine, adapter, maker, rows, owner, progress, cancellation);
        return new ModelJobResult(Adapter: ServedAdapters.Id(measured));
    }
}
