using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Puts what a job made into the registry of adapters, as a draft that says where it comes from and how it compares with its base, and keeps the files of its results. Done twice, it does nothing the second time.</summary>
internal sealed class JobCompletion(FileStore files, VersionMeasures measures, TimeProvider time)
{
    private const int Tries = 100;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    /// <exception cref="EngineException">The adapter is refused, or there is no room for it.</exception>
    public async Task RunAsync(ModelEngine engine, TuningJob job, CancellationToken cancellation)
    {
        var record = job.Now;
        var adapter = Known(engine, record) ?? await AddAsync(engine, job, job.Folder.Adapter, null, Metrics(job), cancellation);
        try
        {
            await FinishAsync(engine, job, adapter, cancellation);
        }
        catch (OperationCanceledException) when (job.Work.IsCancellationRequested)
        {
            await WithdrawAsync(engine, job, adapter.Version, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Puts an adapter's file into the registry as a draft.</summary>
    /// <param name="step">Of the checkpoint that it is made of; null for the job's own end.</param>
    public static async Task<AdapterInfo> AddAsync(ModelEngine engine, TuningJob job, string file, int? step, JsonObject metrics, CancellationToken cancellation)
    {
        await using var content = File.OpenRead(file);
        return await engine.AdapterLibrary.AddAsync(new AdapterUpload(job.Now.Adapter) { BaseModel = job.Now.Model, State = AdapterState.Draft, Lineage = Element(AdapterLineage.Of(job.Now, step)), Metrics = Element(metrics) }, content, cancellation);
    }

    private async Task FinishAsync(ModelEngine engine, TuningJob job, AdapterInfo adapter, CancellationToken cancellation)
    {
        if (job.Now.Version is null)
        {
            job.Settle(now => now.HasEnded ? now : now with { Version = adapter.Version }); // known also where the disk is full: nobody goes back behind it
            cancellation.ThrowIfCancellationRequested();
            job.Say("info", "draft_made", $"The adapter is {ServedAdapters.Id(adapter)}, a draft, and answers as {job.Now.FineTunedModel} from now on.");
        }

        job.Phase(JobReason.Measuring);
        adapter = await MeasureAsync(engine, job, adapter, VersionMeasures.Answers, cancellation);
        adapter = await MeasureAsync(engine, job, adapter, VersionMeasures.General, cancellation);
        cancellation.ThrowIfCancellationRequested();
        var results = job.Now.ResultFiles is { Count: > 0 } kept ? kept : await ResultsAsync(job, cancellation);
        var ended = job.Change(now =>
        {
            if (now.HasEnded)
            {
                return now;
            }

            job.Say("info", "succeeded", $"The job has succeeded."); // in here, so that a cancelled job never says so, and before the end, so that who follows to it has read this
            return now with { Status = TuningStatus.Succeeded, IsPauseAsked = false, IsStopAsked = false, Reason = null, Error = null, ResultFiles = results, Measures = Measure.In(adapter.Metrics), FinishedAt = time.GetUtcNow().ToUnixTimeSeconds() };
        });
        if (ended.Status != TuningStatus.Succeeded)
        {
            throw new OperationCanceledException(job.Work); // in the last moment
        }
    }

    /// <summary>The version that this job put there before the service ended; under another name it is a copy.</summary>
    private static AdapterInfo? Known(ModelEngine engine, TuningRecord record) => engine.AdapterLibrary.All.FirstOrDefault(adapter =>
        record.MayMake(adapter) && AdapterLineage.JobOf(adapter) == record.Id && !AdapterLineage.IsCheckpoint(adapter));

    /// <summary>The same of a cancelled job whose draft may stand there without its version being noted: the service ended between the two.</summary>
    /// <inheritdoc cref="WithdrawAsync(ModelEngine, TuningJob, int, CancellationToken)" path="/returns"/>
    public async Task<bool> WithdrawAsync(ModelEngine engine, TuningJob job, CancellationToken stopping)
    {
        if ((job.Now.Version ?? Known(engine, job.Now)?.Version) is { } version)
        {
            return await WithdrawAsync(engine, job, version, stopping);
        }

        job.Settle(now => now with { HasDraftToWithdraw = false });
        return true;
    }

    /// <summary>A cancelled job makes no adapter: its draft goes again. One that somebody has put into use meanwhile stays.</summary>
    /// <returns>False where answers run with it: it is tried again later.</returns>
    public async Task<bool> WithdrawAsync(ModelEngine engine, TuningJob job, int version, CancellationToken stopping)
    {
        var (name, id) = (job.Now.Adapter, FormattableString.Invariant($"{job.Now.Adapter}@{version}"));
        for (var left = Tries; ; left--)
        {
            try
            {
                var isDraft = engine.AdapterLibrary.Find(name, version) is { State: AdapterState.Draft, CanaryShare: null };
                if (isDraft)
                {
                    engine.AdapterLibrary.Delete(name, version);
                    job.TrySay("info", "draft_withdrawn", $"The draft {id} is taken out of the registry again.");
                }

                job.Settle(now => now with { Version = isDraft ? null : version, HasDraftToWithdraw = false });
                return true;
            }
            catch (EngineException inUse) when (inUse.Kind == EngineErrorKind.Busy && left > 0)
            {
                await Task.Delay(Beat, time, stopping); // the measuring lets go of it within a step
            }
            catch (EngineException inUse) when (inUse.Kind == EngineErrorKind.Busy)
            {
                job.Settle(now => now with { Version = version, HasDraftToWithdraw = true });
                return false;
            }
            catch (EngineException gone) when (gone.Kind == EngineErrorKind.ModelNotFound)
            {
                job.Settle(now => now with { Version = null, HasDraftToWithdraw = false });
                return true;
            }
            catch (EngineException stays)
            {
                job.TrySay("warn", "draft_stays", $"The draft {id} stays in the registry: {stays.Message}");
                job.Settle(now => now with { Version = version, HasDraftToWithdraw = false });
                return true;
            }
        }
    }

    /// <summary>How it compares with its base on the rows that were held out.</summary>
    private static JsonObject Metrics(TuningJob job)
    {
        var metrics = new JsonObject { ["steps"] = job.Now.Progress.Step, ["best_step"] = job.Now.Progress.BestStep, ["train_loss"] = job.Now.Progress.TrainLoss };
        if (HeldOutRows.Summary(job.Folder.Comparison, job.Now.Settings.Method) is { } heldOut)
        {
            metrics[VersionMeasures.HeldOut] = heldOut;
        }

        return metrics;
    }

    /// <summary>What cannot be measured now is no reason to fail: the version can be measured later.</summary>
    private async Task<AdapterInfo> MeasureAsync(ModelEngine engine, TuningJob job, AdapterInfo adapter, string part, CancellationToken cancellation)
    {
        if (!VersionMeasures.Missing(adapter, job).Contains(part))
        {
            return adapter;
        }

        try
        {
            return await measures.RunAsync(engine, adapter, job, part, job.Now.Id, (level, code, message) => job.Say(level, code, message), cancellation);
        }
        catch (EngineException fault)
        {
            var (code, missing) = part == VersionMeasures.Answers ? ("answers_not_measured", "How the adapter answers") : ("general_not_measured", "What the adapter may have forgotten");
            job.Say("warn", code, $"{missing} was not measured: {fault.Message} Measure the version later, on the page of adapters or by POST /v1/adapters/{adapter.Name}/versions/{adapter.Version}/measure.");
            return adapter;
        }
    }

    /// <summary>Keeps the files of the job's results; a store that has no room for them costs the job those and not its adapter.</summary>
    internal async Task<IReadOnlyList<string>> ResultsAsync(TuningJob job, CancellationToken cancellation)
    {
        var kept = new List<string>();
        try
        {
            kept.Add(await KeepAsync(new MemoryStream(Encoding.UTF8.GetBytes(StepTable(job.Events.All().Select(one => one.Data).OfType<TuningMetrics>()))), "step_metrics.csv", cancellation));
            foreach (var (path, name) in ((string, string)[])[(job.Folder.Comparison, "held_out_rows.jsonl"), (job.Folder.Answered, "held_out_answers.jsonl"), (job.Folder.Answers, "evaluation_answers.jsonl")])
            {
                if (File.Exists(path))
                {
                    await using var rows = File.OpenRead(path);
                    kept.Add(await KeepAsync(rows, name, cancellation));
                }
            }
        }
        catch (RequestRefused full)
        {
            job.TrySay("warn", "results_not_kept", $"Not all files of the job's results are kept: {full.Problem.Message}");
        }

        return kept;
    }


    private async Task<string> KeepAsync(Stream content, string name, CancellationToken cancellation)
    {
        using var staged = await files.StageAsync(content, cancellation);
        return files.Keep(staged, name, StoredFile.OfTuning).Id;
    }

    /// <summary>The numbers of each step. Where a job went back to an earlier step, what was told of the later ones before is given up.</summary>
    internal static string StepTable(IEnumerable<TuningMetrics> told)
    {
        var steps = new List<TuningMetrics>();
        foreach (var step in told)
        {
            while (steps.Count > 0 && steps[^1].Step >= step.Step)
            {
                steps.RemoveAt(steps.Count - 1);
            }

            steps.Add(step);
        }

        var table = new StringBuilder("step,train_loss,valid_loss,learning_rate,grad_norm,tokens_per_second,trained_tokens,reward_margin,preference_accuracy\n");
        foreach (var step in steps)
        {
            table.Append(CultureInfo.InvariantCulture, $"{step.Step},{step.TrainLoss},{step.ValidLoss},{step.LearningRate},{step.GradNorm},{step.TokensPerSecond},{step.TrainedTokens},{step.RewardMargin},{step.PreferenceAccuracy}\n");
        }

        return table.ToString();
    }

    private static JsonElement Element(JsonObject value) => JsonSerializer.SerializeToElement(value, ServerJson.Wire.JsonObject);
}
