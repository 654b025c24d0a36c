using System.Text.Json;
using Platform.ModelHost.Server.FineTuning.Jobs;

namespace Platform.ModelHost.Server.FineTuning.Requests;

/// <summary>Jobs, events and checkpoints as the API shows them.</summary>
internal static class TuningViews
{
    public static TuningJobBody Of(TuningJob job, TimeProvider time)
    {
        var (now, settings) = (job.Now, job.Now.Settings);
        var parameters = Asked(now);
        var reason = now switch
        {
            { Status: TuningStatus.Running, IsPauseAsked: true } => JobReason.Pausing, // what was asked comes before what it waits for: it can be taken back
            { Status: TuningStatus.Running, IsStopAsked: true, Reason: null } => JobReason.Stopping,
            _ => job.IsHeld ? JobReason.Requests : now.Reason,
        };
        return new TuningJobBody(now.Id, "fine_tuning.job", now.CreatedAt, now.FinishedAt, EstimatedFinish(job, time), now.Model, now.FineTunedModel, "local", Status(now.Status))
        {
            TrainedTokens = now.Progress.TrainedTokens > 0 ? now.Progress.TrainedTokens : null,
            Error = now.Error is { } error ? new TuningErrorBody(error.Code, error.Message, error.Param) : null,
            TrainingFile = now.TrainingFile,
            ValidationFile = now.ValidationFile,
            ValidationSplit = now.ValidationFile is null && now.Mixture.All(part => part.ValidationFile is null) ? settings.ValidationShare : null,
            Mixture = [.. now.Mixture.Select(part => new MixtureBody(part.File, part.ValidationFile, part.Weight, part.MaxRepeats))],
            MixtureRows = now.MixtureRows,
            EvaluationPrompts = settings.EvaluationPrompts,
            ResultFiles = now.ResultFiles,
            Seed = now.Seed,
            Trainer = TuningCheck.Name(settings.Trainer),
            Device = TuningCheck.Name(settings.Device),
            Precision = TuningCheck.Name(settings.Precision),
            Method = Method(settings.Method, new MethodPart(parameters)),
            Hyperparameters = parameters,
            Metadata = now.Metadata,
            UserProvidedSuffix = now.Adapter,
            Reason = reason?.Sentence,
            ReasonCode = reason is { Code.Length: > 0 } ? reason.Code : null,
            ReasonValues = reason is { Code.Length: > 0 } ? reason.Values : [],
            StartedAt = now.StartedAt,
            Held = job.IsHeld,
            Adapter = now.Version is { } version ? new AdapterOfJob(now.Adapter, version) : null,
            Lora = Lora(settings),
            EarlyStopping = settings.EarlyStopping is { } stop ? new EarlyStoppingBody("eval_loss", stop.Patience, stop.MinDelta, true) : null,
            Schedule = settings.Window is { } window ? new ScheduleBody(window, settings.TimeZone) : null,
            Progress = Progress(now.Progress),
            Dataset = now.Dataset is { } dataset ? Dataset(dataset) : null,
            Forecast = now.Forecast is { } forecast ? Forecast(forecast) : null,
            Measures = now.Measures,
        };
    }

    public static TuningEventBody Of(TuningEvent one, string job) => new(
        "fine_tuning.job.event", one.Id(job), one.At / 1_000, one.Level, one.Message, one.Type, one.Data is { } data ? JsonSerializer.SerializeToElement(data, EventJson.Default.TuningMetrics) : null, one.Rows, one.Code, one.Values);

    /// <summary>The name of a status on the wire.</summary>
    public static string Status(TuningStatus status) => status == TuningStatus.ValidatingFiles ? "validating_files" : status.ToString().ToLowerInvariant();

    public static DatasetBody Dataset(DatasetFacts facts) => new(
        facts.Rows, facts.Examples, facts.HeldOut, facts.Tokens, facts.LearnedTokens, facts.Longest, facts.SequenceTokens, facts.TrainingSha256, facts.ValidationSha256, facts.BaseSha256,
        [.. facts.Mixture.Select(file => new MixedBody(file.Id, file.Name, file.Rows, file.Taken))], facts.Leaked, facts.Compared, facts.HeldOutTokens);

    public static ForecastBody Forecast(JobForecast forecast) => new(forecast.TotalBytes, forecast.BaseBytes, forecast.AdapterBytes, forecast.GraphBytes, forecast.Steps, forecast.Tokens, Math.Round(forecast.Seconds, 1), Math.Round(forecast.AnswerSeconds, 1), forecast.Device, forecast.BatchSize, forecast.MicroBatchTokens, forecast.EvaluateEvery, forecast.CheckpointEvery);

    /// <summary>The checkpoints of a job, the latest first.</summary>
    public static IEnumerable<CheckpointBody> Checkpoints(TuningJob job)
    {
        var (steps, metrics) = (job.Folder.CheckpointSteps, new Dictionary<int, TuningMetrics>());
        foreach (var data in job.Events.Before(null).Select(one => one.Data).OfType<TuningMetrics>().Where(data => steps.Contains(data.Step)))
        {
            metrics.TryAdd(data.Step, data); // the last one told of a step
            if (metrics.Count == steps.Count)
            {
                break; // far from the beginning, as a rule: the trainer keeps the latest
            }
        }

        foreach (var step in steps)
        {
            var (file, data) = (job.Folder.Checkpoint(step) is { } path ? new FileInfo(path) : null, metrics.GetValueOrDefault(step));
            if (file is not { Exists: true }) // read once here, and held by the object: the trainer deletes old ones meanwhile
            {
                continue;
            }

            var model = job.Now.Registered.TryGetValue(step, out var adapter) ? $"{job.Now.Model}:{adapter}" : job.Now.Version is not null && step == (job.Now.Progress.BestStep ?? job.Now.Progress.Step) ? job.Now.FineTunedModel : null;
            yield return new CheckpointBody(
                FormattableString.Invariant($"ftckpt-{job.Now.Id["ftjob-".Length..]}-{step}"), "fine_tuning.job.checkpoint", new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeSeconds(), job.Now.Id, step, model,
                new CheckpointMetrics(step, data?.TrainLoss, data?.ValidLoss, data?.ValidLoss, null, null, null), step == job.Now.Progress.BestStep, file.Length);
        }
    }

    public static LoraBody Lora(TuningSettings settings) => new(settings.Lora.Rank, settings.Lora.Alpha, settings.Lora.Dropout, settings.Lora.Targets ?? [], settings.Lora.LastLayers);

    private static ProgressBody Progress(TuningProgress progress) => new(
        progress.Step, progress.Steps, progress.Epoch, progress.TrainLoss, progress.ValidLoss, progress.BaseValidLoss, progress.BestValidLoss, progress.BestStep, progress.LearningRate, progress.TokensPerSecond, [.. progress.Evaluations.Select(one => new EvaluatedBody(one.Step, one.ValidLoss))]);

    private static MethodBody Method(TuningMethod method, MethodPart part) => new(
        method.ToString().ToLowerInvariant(), method == TuningMethod.Supervised ? part : null, method == TuningMethod.Dpo ? part : null, method == TuningMethod.Pretraining ? part : null);

    /// <summary>What was asked for, and once the files were looked at what is done where nothing was.</summary>
    public static HyperparameterBody Hyperparameters(TuningRecord now)
    {
        var (asked, done) = (Asked(now), now.Forecast);
        return asked with
        {
            BatchSize = asked.BatchSize ?? done?.BatchSize, SequenceTokens = asked.SequenceTokens ?? now.Dataset?.SequenceTokens, MicroBatchTokens = asked.MicroBatchTokens ?? done?.MicroBatchTokens,
            EvalSteps = asked.EvalSteps > 0 ? asked.EvalSteps : done?.EvaluateEvery ?? 0, SaveSteps = asked.SaveSteps > 0 ? asked.SaveSteps : done?.CheckpointEvery ?? 0,
        };
    }

    /// <summary>What was asked for, so that who asks for the same again leaves the same to the service; null, or 0, where nothing was.</summary>
    private static HyperparameterBody Asked(TuningRecord now)
    {
        var settings = now.Settings;
        return new HyperparameterBody(
            settings.Epochs, settings.BatchSize > 0 ? settings.BatchSize : null, Math.Round(settings.LearningRate / TuningCheck.UsualRate(settings.Method), 6), settings.Method == TuningMethod.Dpo ? settings.Beta : null, settings.LearningRate, settings.MaxSteps,
            settings.SequenceTokens, settings.MicroBatchTokens, settings.WarmupShare, settings.WeightDecay, settings.MaxGradient, settings.EvaluateEvery, settings.CheckpointEvery, settings.Checkpointing);
    }

    /// <summary>From the speed of this run; before its first step from the forecast. What comes after the last step is not foreseen, nor the end of one that is to pause or to stop.</summary>
    public static long? EstimatedFinish(TuningJob job, TimeProvider time)
    {
        if (job is not { Now: { Status: TuningStatus.Running, Forecast: { } forecast, Reason: null, IsPauseAsked: false, IsStopAsked: false } now, Run: { } run })
        {
            return null;
        }

        var (done, elapsed) = (now.Progress.Step - run.Step, time.GetElapsedTime(run.At).TotalSeconds);
        if (done <= 0 && forecast.Seconds <= 0)
        {
            return null; // of a runner's speed nothing is known before its first step
        }

        var left = done > 0 ? elapsed / done * (now.Progress.Steps - now.Progress.Step) : Math.Max(0, forecast.Seconds * (1 - (double)now.Progress.Step / Math.Max(1, now.Progress.Steps)) - elapsed);
        return time.GetUtcNow().ToUnixTimeSeconds() + (long)Math.Ceiling(left);
    }

    /// <summary>Whether who was told one end should be told another: it lies off by a tenth of what is left, and by more than two seconds.</summary>
    public static bool IsOtherEnd(long? told, long? now, TimeProvider time) =>
        now is { } end && (told is not { } known || Math.Abs(end - known) > Math.Max(2, (end - time.GetUtcNow().ToUnixTimeSeconds()) / 10));
}
