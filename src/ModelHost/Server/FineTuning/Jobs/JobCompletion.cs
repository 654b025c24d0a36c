using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Puts what a job made into the registry of adapters, as a draft that says where it comes from and how it compares with its base, and keeps the files of its results. Done twice, it does nothing the second time.</summary>
internal sealed class JobCompletion(FileStore files, TimeProvider time)
{
    private const string JobKey = "job_id", CheckpointKey = "checkpoint_step";

    /// <exception cref="EngineException">The adapter is refused, or there is no room for it.</exception>
    public async Task RunAsync(ModelEngine engine, TuningJob job, CancellationToken cancellation)
    {
        var record = job.Now;
        var adapter = Known(engine, record.Id) ?? await AddAsync(engine, job, job.Folder.Adapter, null, Metrics(job), cancellation);
        if (record.Version is null)
        {
            job.Change(now => now.HasEnded ? now : now with { Version = adapter.Version });
            cancellation.ThrowIfCancellationRequested();
            job.Say("info", $"The adapter is {record.Adapter}@{adapter.Version}, a draft, and answers as {job.Now.FineTunedModel} from now on.");
        }

        adapter = await MeasureAsync(engine, job, adapter, "answers", "How the adapter answers was not measured", () => AnswerComparison.RunAsync(job, new ProbeAnswers(engine, record.Model, time) { Waits = job.Hold }, ServedAdapters.Id(adapter), cancellation));
        adapter = await MeasureAsync(engine, job, adapter, "general", "What the adapter may have forgotten was not measured", () => GeneralAsync(engine, job, adapter, cancellation));
        cancellation.ThrowIfCancellationRequested();
        var results = record.ResultFiles.Count > 0 ? record.ResultFiles : await ResultsAsync(job, cancellation);
        job.Change(now =>
        {
            if (now.HasEnded)
            {
                return now;
            }

            job.Say("info", "The job has succeeded."); // in here, so that a cancelled job never says so, and before the end, so that who follows to it has read this
            return now with { Status = TuningStatus.Succeeded, Reason = null, Error = null, ResultFiles = results, Measures = Measure.In(adapter.Metrics), FinishedAt = time.GetUtcNow().ToUnixTimeSeconds() };
        });
    }

    /// <summary>Puts an adapter's file into the registry as a draft.</summary>
    /// <param name="step">Of the checkpoint that it is made of; null for the job's own end.</param>
    public static async Task<AdapterInfo> AddAsync(ModelEngine engine, TuningJob job, string file, int? step, JsonObject metrics, CancellationToken cancellation)
    {
        await using var content = File.OpenRead(file);
        return await engine.AdapterLibrary.AddAsync(new AdapterUpload(job.Now.Adapter) { BaseModel = job.Now.Model, State = AdapterState.Draft, Lineage = Element(Lineage(job.Now, step)), Metrics = Element(metrics) }, content, cancellation);
    }

    private static JsonObject Lineage(TuningRecord record, int? step)
    {
        var lineage = new JsonObject
        {
            [JobKey] = record.Id, ["method"] = record.Settings.Method.ToString().ToLowerInvariant(), ["training_file"] = record.TrainingFile, ["training_sha256"] = record.Dataset!.TrainingSha256,
            ["validation_file"] = record.ValidationFile, ["validation_sha256"] = record.Dataset.ValidationSha256, ["base_model"] = record.Model, ["base_sha256"] = record.Dataset.BaseSha256, ["rows"] = record.Dataset.Rows, ["seed"] = record.Seed,
        };
        foreach (var (name, value) in record.Metadata.Where(pair => pair.Key != CheckpointKey && !lineage.ContainsKey(pair.Key)))
        {
            lineage[name] = value;
        }

        if (record.Dataset.Mixture is { Count: > 0 } mixture)
        {
            lineage["mixture"] = new JsonArray([.. mixture.Select(file => new JsonObject { ["file"] = file.Id, ["filename"] = file.Name, ["sha256"] = file.Sha256, ["rows"] = file.Rows, ["taken"] = file.Taken })]);
        }

        if (step is { } at)
        {
            lineage[CheckpointKey] = at;
        }

        return lineage;
    }

    /// <summary>The version that this job put there before the service ended.</summary>
    private static AdapterInfo? Known(ModelEngine engine, string id) =>
        engine.AdapterLibrary.All.FirstOrDefault(adapter => adapter.Lineage is { ValueKind: JsonValueKind.Object } lineage && lineage.TryGetProperty(JobKey, out var job) && job.ValueEquals(id) && !lineage.TryGetProperty(CheckpointKey, out _));

    /// <summary>How it compares with its base on the rows that were held out.</summary>
    private static JsonObject Metrics(TuningJob job)
    {
        var metrics = new JsonObject { ["steps"] = job.Now.Progress.Step, ["best_step"] = job.Now.Progress.BestStep, ["train_loss"] = job.Now.Progress.TrainLoss };
        if (HeldOutRows.Read(job.Folder.Comparison) is { Count: > 0 } rows)
        {
            var weight = rows.Sum(row => row.Weight);
            var (loss, plain) = (rows.Sum(row => row.Loss * row.Weight) / weight, rows.Sum(row => row.BaseLoss * row.Weight) / weight);
            metrics["held_out"] = new JsonObject
            {
                ["rows"] = rows.Count, ["better"] = rows.Count(row => row.Loss < row.BaseLoss), ["loss"] = loss, ["base_loss"] = plain,
            };
            if (job.Now.Settings.Method != TuningMethod.Dpo) // whose loss is of pairs, and foretells no text
            {
                (metrics["held_out"]!["perplexity"], metrics["held_out"]!["base_perplexity"]) = (Math.Exp(loss), Math.Exp(plain));
            }
        }

        return metrics;
    }

    /// <summary>Measures a part, and keeps it with the adapter; one that is there already is not measured again.</summary>
    private static async Task<AdapterInfo> MeasureAsync(ModelEngine engine, TuningJob job, AdapterInfo adapter, string part, string otherwise, Func<Task<JsonObject?>> measure)
    {
        var metrics = JsonNode.Parse(adapter.Metrics?.GetRawText() ?? "{}")!.AsObject();
        try
        {
            if (metrics.ContainsKey(part) || await measure() is not { } measured)
            {
                return adapter;
            }

            metrics[part] = measured;
            return engine.AdapterLibrary.SetMetrics(adapter.Name, adapter.Version, Element(metrics));
        }
        catch (EngineException fault)
        {
            job.Say("warn", $"{otherwise}: {fault.Message}");
            return adapter;
        }
    }

    /// <summary>What the base could do before and may have forgotten: how well it foretells a text that has nothing to do with the job.</summary>
    private static async Task<JsonObject?> GeneralAsync(ModelEngine engine, TuningJob job, AdapterInfo adapter, CancellationToken cancellation)
    {
        var asked = new PerplexityRequest(job.Now.Id, job.Now.Model);
        var plain = await engine.Work.Measure.RunAsync(asked, _ => { }, cancellation);
        var tuned = await engine.Work.Measure.RunAsync(asked with { Adapter = ServedAdapters.Id(adapter) }, _ => { }, cancellation);
        job.Say("info", string.Create(CultureInfo.InvariantCulture, $"On a general text the perplexity is {tuned.Perplexity:0.00} with the adapter and {plain.Perplexity:0.00} without."));
        return new JsonObject { ["perplexity"] = tuned.Perplexity, ["base_perplexity"] = plain.Perplexity, ["tokens"] = tuned.Tokens };
    }

    private async Task<IReadOnlyList<string>> ResultsAsync(TuningJob job, CancellationToken cancellation)
    {
        var kept = new List<string> { await KeepAsync(new MemoryStream(Encoding.UTF8.GetBytes(StepTable(job))), "step_metrics.csv", cancellation) };
        foreach (var (path, name) in ((string, string)[])[(job.Folder.Comparison, "held_out_rows.jsonl"), (job.Folder.Answered, "held_out_answers.jsonl"), (job.Folder.Answers, "evaluation_answers.jsonl")])
        {
            if (File.Exists(path))
            {
                await using var rows = File.OpenRead(path);
                kept.Add(await KeepAsync(rows, name, cancellation));
            }
        }

        return kept;
    }

    private async Task<string> KeepAsync(Stream content, string name, CancellationToken cancellation)
    {
        using var staged = await files.StageAsync(content, cancellation);
        return files.Keep(staged, name, StoredFile.OfTuning).Id;
    }

    /// <summary>The numbers of each step; of two words on one step the later holds.</summary>
    private static string StepTable(TuningJob job)
    {
        var table = new StringBuilder("step,train_loss,valid_loss,learning_rate,grad_norm,tokens_per_second,trained_tokens\n");
        foreach (var step in job.Events.All().Select(one => one.Data).OfType<TuningMetrics>().GroupBy(data => data.Step).OrderBy(group => group.Key).Select(group => group.Last()))
        {
            table.Append(CultureInfo.InvariantCulture, $"{step.Step},{step.TrainLoss},{step.ValidLoss},{step.LearningRate},{step.GradNorm},{step.TokensPerSecond},{step.TrainedTokens}\n");
        }

        return table.ToString();
    }

    private static JsonElement Element(JsonObject value) => JsonSerializer.SerializeToElement(value, ServerJson.Wire.JsonObject);
}
