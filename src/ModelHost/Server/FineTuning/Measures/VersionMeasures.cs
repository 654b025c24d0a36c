using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>Measures how a version compares with its base, part by part, and keeps each with it; a part that is there is not measured again.</summary>
internal sealed class VersionMeasures(TrainerProgram trainer, FileStore files, TimeProvider time)
{
    /// <summary>The loss on the rows that its job held out; what it answers to them; and how well it foretells a text that has nothing to do with the job, which is what it may have forgotten.</summary>
    public const string HeldOut = "held_out", Answers = "answers", General = "general";

    private const long RuntimeBytes = 1L << 30;

    /// <summary>Parts that a version lacks and that can be measured: on its job's rows only as long as the job is there.</summary>
    /// <param name="job">That it was made by; null where that is gone, or it was not trained here.</param>
    public static IReadOnlyList<string> Missing(AdapterInfo adapter, TuningJob? job)
    {
        var known = Metrics(adapter);
        IEnumerable<string> parts = job is null ? [] : [
            .. job.Now is { Forecast: not null, Dataset.HeldOut: > 0, Settings.Trainer: not TuningTrainer.Peft } ? [HeldOut] : (string[])[],
            .. new FileInfo(job.Folder.Questions) is { Exists: true, Length: > 0 } ? [Answers] : (string[])[],
        ];
        return [.. parts.Append(General).Where(part => !known.ContainsKey(part))];
    }

    /// <summary>Measures all that is missing.</summary>
    /// <param name="owner">Who the memory is promised to.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <exception cref="EngineException">The base is gone or cannot answer; OutOfMemory with MayFitLater where it has to wait: the parts that are measured by then stay.</exception>
    /// <exception cref="RequestRefused">The job was deleted, or the base's file is another by now.</exception>
    public async Task<AdapterInfo> RunAsync(ModelEngine engine, AdapterInfo adapter, TuningJob? job, string owner, Action<double> progress, CancellationToken cancellation)
    {
        using var use = job?.Use();
        adapter = engine.AdapterLibrary.Find(adapter.Name, adapter.Version);
        var missing = Missing(adapter, job);
        foreach (var (at, part) in missing.Index())
        {
            adapter = await RunAsync(engine, adapter, job, part, owner, (_, _, _) => { }, cancellation);
            progress((at + 1.0) / missing.Count);
        }

        Tell(engine, job, adapter);
        return adapter;
    }

    /// <summary>Measures by other rows than those that its job held out, in the place of what was measured before; and all else that is missing.</summary>
    /// <param name="rows">An uploaded file.</param>
    /// <exception cref="RequestRefused">The rows cannot be measured by, or the job was deleted.</exception>
    /// <inheritdoc cref="RunAsync(ModelEngine, AdapterInfo, TuningJob, string, Action{double}, CancellationToken)"/>
    public async Task<AdapterInfo> RunAsync(ModelEngine engine, AdapterInfo adapter, TuningJob? job, StoredFile rows, string owner, Action<double> progress, CancellationToken cancellation)
    {
        using var use = job?.Use();
        var model = job?.Now.Model ?? adapter.BaseModel!;
        NamedRows named;
        using (await engine.HoldAsync(model, cancellation))
        {
            named = await Task.Run(() => NamedRows.Read(engine, model, files, rows, job, job is null ? time.GetUtcNow() : DateTimeOffset.FromUnixTimeSeconds(job.Now.CreatedAt), cancellation), cancellation);
        }

        var losses = await engine.Work.Measure.RunAsync(new RowsRequest(owner, model, ServedAdapters.Id(adapter), named.Rows), progress, cancellation);
        var measured = HeldOutRows.Summary([.. named.Ids.Zip(losses, (id, loss) => new HeldOutRow(id, loss.BaseLoss, loss.Loss, loss.Weight))], TuningMethod.Supervised)!;
        (measured["file"], measured["filename"], measured["leaked"], measured["too_long"]) = (rows.Id, rows.Filename, named.Leaked, named.TooLong);
        adapter = Keep(engine, adapter, HeldOut, measured);
        foreach (var part in Missing(adapter, job))
        {
            adapter = await RunAsync(engine, adapter, job, part, owner, (_, _, _) => { }, cancellation);
        }

        Tell(engine, job, adapter);
        return adapter;
    }

    /// <summary>A job tells how the version compares that it made at its end: by all that is known when it is written, for others tell of it too.</summary>
    public static void Tell(ModelEngine engine, TuningJob? job, AdapterInfo adapter)
    {
        if (job?.Now is { HasEnded: true } made && made.IsOf(adapter))
        {
            job.Change(now => now with { Measures = Measure.In(engine.AdapterLibrary.Find(adapter.Name, adapter.Version).Metrics) });
        }
    }

    /// <summary>Measures one part, unless it is there.</summary>
    /// <param name="say">Told what comes of it: a level, a code, and a sentence.</param>
    /// <inheritdoc cref="RunAsync(ModelEngine, AdapterInfo, TuningJob, string, Action{double}, CancellationToken)"/>
    public async Task<AdapterInfo> RunAsync(ModelEngine engine, AdapterInfo adapter, TuningJob? job, string part, string owner, Action<string, string, FormattableString> say, CancellationToken cancellation)
    {
        var measured = Metrics(adapter).ContainsKey(part) ? null : part switch
        {
            General => await GeneralAsync(engine, adapter, job?.Now.Model ?? adapter.BaseModel!, owner, say, cancellation),
            HeldOut => await HeldOutAsync(engine, adapter, job!, owner, cancellation),
            _ => await AnswerComparison.RunAsync(job!, isOfItsEnd: job!.Now.IsOf(adapter), say, new ProbeAnswers(engine, job!.Now.Model, time) { Waits = job.Now.HasEnded ? null : job.Hold }, ServedAdapters.Id(adapter), cancellation),
        };
        return measured is null ? adapter : Keep(engine, adapter, part, measured);
    }

    /// <summary>Changes the parts that are known of a version by now, all at once or, where the change is refused, none.</summary>
    /// <exception cref="EngineException">ModelNotFound: it is gone; BadRequest: it is a file without versions, or too much is told.</exception>
    public static AdapterInfo Change(ModelEngine engine, AdapterInfo adapter, Action<JsonObject> change) => engine.AdapterLibrary.ChangeMetrics(adapter.Name, adapter.Version, known =>
    {
        var metrics = Parts(known);
        change(metrics);
        return JsonSerializer.SerializeToElement(metrics, ServerJson.Wire.JsonObject);
    });

    private static AdapterInfo Keep(ModelEngine engine, AdapterInfo adapter, string part, JsonObject told) => Change(engine, adapter, metrics => metrics[part] = told);

    private static async Task<JsonObject> GeneralAsync(ModelEngine engine, AdapterInfo adapter, string model, string owner, Action<string, string, FormattableString> say, CancellationToken cancellation)
    {
        var asked = new PerplexityRequest(owner, model);
        var plain = await engine.Work.Measure.RunAsync(asked, _ => { }, cancellation);
        var tuned = await engine.Work.Measure.RunAsync(asked with { Adapter = ServedAdapters.Id(adapter) }, _ => { }, cancellation);
        say("info", "general_compared", $"On a general text the perplexity is {Text(tuned.Perplexity)} with the adapter and {Text(plain.Perplexity)} without.");
        return new JsonObject { ["perplexity"] = tuned.Perplexity, ["base_perplexity"] = plain.Perplexity, ["tokens"] = tuned.Tokens };

        static string Text(double perplexity) => perplexity.ToString("0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>The trainer computes it, as at the end of a job, on the job's own rows.</summary>
    private async Task<JsonObject?> HeldOutAsync(ModelEngine engine, AdapterInfo adapter, TuningJob job, string owner, CancellationToken cancellation)
    {
        if (await engine.HashAsync(job.Now.Model, cancellation) != job.Now.Dataset!.BaseSha256)
        {
            throw new RequestRefused(new Problem(409, "conflict_error", "base_changed", $"The file of '{job.Now.Model}' is another than the job '{job.Now.Id}' was trained on, so nothing can be compared with it.", "version"));
        }

        var (bytes, mark) = (job.Now.Forecast!.TotalBytes, job.Folder.In($"{Guid.NewGuid():N}"));
        var (weights, compared) = (mark + ".gguf", mark + ".jsonl"); // names that a start clears away
        await engine.HoldMemoryAsync(owner, "held-out rows", bytes, cancellation);
        try
        {
            await using (var from = engine.AdapterLibrary.Read(adapter.Name, adapter.Version))
            {
                await using var to = File.Create(weights);
                await from.CopyToAsync(to, cancellation);
            }

            await trainer.Program.RunAsync($"Measuring '{ServedAdapters.Id(adapter)}'", RuntimeBytes + 2 * bytes, ["compare", job.Folder.Path, weights, compared], cancellation);
            return HeldOutRows.Summary(compared, job.Now.Settings.Method);
        }
        finally
        {
            engine.ReleaseMemory(owner);
            File.Delete(weights);
            File.Delete(compared);
        }
    }

    private static JsonObject Metrics(AdapterInfo adapter) => Parts(adapter.Metrics);

    private static JsonObject Parts(JsonElement? metrics) => JsonNode.Parse(metrics?.GetRawText() ?? "{}") as JsonObject ?? [];
}
