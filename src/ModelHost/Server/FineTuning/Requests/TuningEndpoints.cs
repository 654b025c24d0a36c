using System.Security.Cryptography;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Rows;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>`/v1/fine_tuning/jobs`: make, list and look at jobs, and steer them.</summary>
internal static class TuningEndpoints
{
    private const int UsualPage = 20;

    public static void MapTuningJobs(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/fine_tuning/jobs", CreateAsync).WithMetadata(new AdminOnly());
        app.MapGet("/v1/fine_tuning/jobs", ListAsync).WithMetadata(new AdminOnly());
        app.MapGet("/v1/fine_tuning/jobs/{id}", (HttpContext http, TuningJobs jobs, TimeProvider time, string id) => TellAsync(http, jobs.Find(id), time)).WithMetadata(new AdminOnly());
        app.MapDelete("/v1/fine_tuning/jobs/{id}", DeleteAsync).WithMetadata(new AdminOnly());
        app.MapPost("/v1/fine_tuning/jobs/{id}/cancel", (HttpContext http, TuningJobs jobs, TimeProvider time, string id) => SteerAsync(http, jobs, time, id, JobSteering.Cancel)).WithMetadata(new AdminOnly());
        app.MapPost("/v1/fine_tuning/jobs/{id}/pause", (HttpContext http, TuningJobs jobs, TimeProvider time, string id) => SteerAsync(http, jobs, time, id, JobSteering.Pause)).WithMetadata(new AdminOnly());
        app.MapPost("/v1/fine_tuning/jobs/{id}/stop", (HttpContext http, TuningJobs jobs, TimeProvider time, string id) => SteerAsync(http, jobs, time, id, (job, _) => JobSteering.Stop(job))).WithMetadata(new AdminOnly());
        app.MapPost("/v1/fine_tuning/jobs/{id}/resume", ResumeAsync).WithMetadata(new AdminOnly());
    }

    /// <summary>What is asked for as a record, once everything in it is checked that can be without reading the files.</summary>
    /// <exception cref="RequestRefused">A field is wrong.</exception>
    /// <exception cref="EngineException">ModelNotFound.</exception>
    public static Func<string, TuningRecord> Record(TuningRequest request, ModelEngine engine, FileStore files, TimeProvider time)
    {
        var settings = TuningCheck.Settings(request);
        var named = request.Model is { Length: > 0 } model ? model : throw TuningCheck.Refused("model", "Name the base model in 'model'.");
        var (id, _) = named.Contains(':', StringComparison.Ordinal) ? throw TuningCheck.Refused("model", $"'{named}' names an adapter; a job begins with a base model. Merge the adapter first to train on top of it.") : engine.FileOf(named);
        var traits = engine.KnownModels.FirstOrDefault(known => known.Id == id)?.Traits;
        if (traits is not { IsChat: true })
        {
            throw TuningCheck.Refused("model", $"'{id}' does not write; only models that write are trained.");
        }

        if (request.Lora?.Quantization == "4bit" && !traits.Quantization.Contains('4', StringComparison.Ordinal))
        {
            throw TuningCheck.Refused("lora.quantization", $"'{id}' is {traits.Quantization}; the base is trained in the number format of its file. Quantise it first (POST /v1/model_jobs, to: q4_k_m), and name that model.");
        }

        TuningCheck.Fits(settings, id, traits.Layers, engine.Library.Devices);
        var (mixture, rows) = MixtureCheck.Read(request, (file, field) => Named(files, file, field, settings.Method));
        var training = mixture.Count > 0 ? mixture[0].File : Named(files, request.TrainingFile, "training_file", settings.Method)?.Id
            ?? throw (request.Mixture is { Count: 0 } ? TuningCheck.Refused("mixture", "'mixture' is empty. Name its files, or one in 'training_file'.") : TuningCheck.Refused("training_file", "Name an uploaded file in 'training_file'."));
        var validation = Named(files, request.ValidationFile, "validation_file", settings.Method);
        return job => new TuningRecord
        {
            Id = job, Model = id, TrainingFile = training, Mixture = mixture, MixtureRows = rows, ValidationFile = validation?.Id, Adapter = request.Suffix?.ToLowerInvariant() ?? "ft-" + job["ftjob-".Length..][..8], Settings = settings,
            Seed = request.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue), Metadata = request.Metadata ?? new Dictionary<string, string?>(), CreatedAt = time.GetUtcNow().ToUnixTimeSeconds(),
        };
    }

    /// <summary>A file that is named, if it is no table and its first row is one that the method learns from: the others are looked at when they are all read.</summary>
    /// <exception cref="RequestRefused">It is not there, was sent for something else, is a table, or holds other rows.</exception>
    public static StoredFile? Named(FileStore files, string? id, string field, TuningMethod method)
    {
        if (id is not { Length: > 0 })
        {
            return null;
        }

        if (files.Find(id, field) is not { Purpose: StoredFile.ForTuning } file)
        {
            throw TuningCheck.Refused(field, $"The file '{id}' was not uploaded for fine-tune.");
        }

        var wrong = RowLines.IsTable(files.PathOf(file), file.Filename) ? $"'{file.Filename}' is a table, and would be learned as one text. Give JSON lines, or import it on the page Datasets, which asks what its columns are."
            : RowLines.FirstKind(files.PathOf(file), file.Filename) is { } kind && RowRendering.Refusal(method, kind) is { } refusal ? $"The first row of '{file.Filename}' does not go with the method: {refusal}" : null;
        return wrong is null ? file : throw new RequestRefused(new Problem(400, "invalid_request_error", field.Contains("validation", StringComparison.Ordinal) ? "invalid_validation_file" : "invalid_training_file", wrong, field));
    }

    private static async Task CreateAsync(HttpContext http, EngineHost host, TuningJobs jobs, FileStore files, TrainerProgram trainer, TimeProvider time)
    {
        var request = await http.ReadJsonAsync(ServerJson.Wire.TuningRequest);
        _ = trainer.Program; // rather now than when its turn comes
        await TellAsync(http, jobs.Add(Record(request, host.Engine, files, time)), time);
    }

    private static Task ListAsync(HttpContext http, TuningJobs jobs, TimeProvider time, string? after, string? limit, string? order)
    {
        var page = Page<TuningJob>.Of(jobs.All, job => job.Now.Id, after, limit, order, UsualPage);
        return http.WriteJsonAsync(new TuningJobListBody("list", [.. page.Items.Select(job => TuningViews.Of(job, time))], page.HasMore, page.FirstId, page.LastId), ServerJson.Wire.TuningJobListBody);
    }

    private static Task DeleteAsync(HttpContext http, TuningJobs jobs, FileStore files, string id)
    {
        var results = jobs.Find(id).Now.ResultFiles;
        jobs.Delete(id);
        foreach (var result in results)
        {
            try
            {
                files.Delete(result);
            }
            catch (RequestRefused gone) when (gone.Problem.Status == 404)
            {
                continue; // somebody deleted it before
            }
        }

        return http.WriteJsonAsync(new TuningJobDeleted(id, "fine_tuning.job", true), ServerJson.Wire.TuningJobDeleted);
    }

    /// <summary>A body is only needed to go back to a checkpoint.</summary>
    private static async Task ResumeAsync(HttpContext http, TuningJobs jobs, TimeProvider time, string id)
    {
        var asked = await http.ReadJsonOrNoneAsync(ServerJson.Wire.ResumeRequest);
        await SteerAsync(http, jobs, time, id, (job, _) => JobSteering.Resume(job, asked?.Step));
    }

    private static Task SteerAsync(HttpContext http, TuningJobs jobs, TimeProvider time, string id, Action<TuningJob, TimeProvider> steer)
    {
        var job = jobs.Find(id);
        steer(job, time);
        jobs.Wake();
        return TellAsync(http, job, time);
    }

    private static Task TellAsync(HttpContext http, TuningJob job, TimeProvider time) => http.WriteJsonAsync(TuningViews.Of(job, time), ServerJson.Wire.TuningJobBody);
}
