using System.Globalization;
using Microsoft.Extensions.Localization;
using Platform.ModelHost.Client.Admin.Tuning;

namespace Platform.Web.Features.Training;

/// <summary>What a job was made with, by the names of <see cref="JobSetting"/>.</summary>
public static class JobFigures
{
    /// <summary>What <see cref="All"/> calls the golden questions.</summary>
    public const string Golden = "Golden";

    /// <summary>What was asked for; null where it was left to the service.</summary>
    public static double? Of(TuningJob job, string setting)
    {
        ArgumentNullException.ThrowIfNull(job);
        var (given, lora, stop) = (job.Hyperparameters, job.Lora, job.EarlyStopping);
        return setting switch
        {
            JobSetting.Epochs => given?.NEpochs,
            JobSetting.MaxSteps => Chosen(given?.MaxSteps),
            JobSetting.BatchSize => Chosen(given?.BatchSize),
            JobSetting.LearningRate => given?.LearningRate,
            JobSetting.Warmup => given?.WarmupRatio,
            JobSetting.WeightDecay => given?.WeightDecay,
            JobSetting.MaxGradient => given?.MaxGradNorm,
            JobSetting.Beta => given?.Beta,
            JobSetting.Seed => job.Seed,
            JobSetting.Rank => lora?.R,
            JobSetting.Alpha => lora?.Alpha,
            JobSetting.Dropout => lora?.Dropout,
            JobSetting.LastLayers => lora?.LastLayers,
            JobSetting.Sequence => given?.SequenceTokens,
            JobSetting.MicroBatch => given?.MicroBatchTokens,
            JobSetting.EvaluateEvery => Chosen(given?.EvalSteps),
            JobSetting.CheckpointEvery => Chosen(given?.SaveSteps),
            JobSetting.Share => job.ValidationShare,
            JobSetting.Patience => stop?.Patience,
            JobSetting.MinDelta => stop?.MinDelta,
            _ => null,
        };
    }

    /// <summary>What the job does, also where the service chose by the rows; null where neither is known.</summary>
    public static double? Done(TuningJob job, string setting)
    {
        ArgumentNullException.ThrowIfNull(job);
        return Of(job, setting) ?? setting switch
        {
            JobSetting.BatchSize => job.Forecast?.BatchSize,
            JobSetting.Sequence => job.Dataset?.SequenceTokens,
            JobSetting.MicroBatch => job.Forecast?.MicroBatchTokens,
            JobSetting.EvaluateEvery => job.Forecast?.EvalSteps,
            JobSetting.CheckpointEvery => job.Forecast?.SaveSteps,
            _ => null,
        };
    }

    /// <summary>Every setting as people read it, what the service chose by the rows too; null where there is none.</summary>
    public static IEnumerable<(string Name, string? Value)> All(TuningJob job, IStringLocalizer<TrainingTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(texts);
        yield return ("Model", job.Model);
        yield return ("Method", texts[$"Method_{JobView.Method(job)}"]);
        yield return ("FrozenVersion", JobOrigin.Of(job)?.Version);
        foreach (var setting in JobSetting.All)
        {
            yield return (setting.Name, Done(job, setting.Name) is { } value ? setting.Name == JobSetting.Seed ? value.ToString("0", CultureInfo.InvariantCulture) : Number(value) : null);
        }
        yield return ("Targets", string.Join(", ", job.Lora?.TargetModules ?? []));
        yield return ("Trainer", job.Trainer == "peft" ? texts["Trainer_peft"].Value : null);
        yield return ("Device", job.Device == JobForm.Devices[0] ? job.Forecast?.Device is { } chosen ? texts[$"Device_{chosen}"].Value : null : texts[$"Device_{job.Device}"].Value);
        yield return ("Precision", job.Precision == JobForm.Precisions[0] ? null : texts[$"Precision_{job.Precision}"].Value);
        yield return (Golden, GoldenChoice.Of(name => job.Metadata.GetValueOrDefault(name)) is { } golden ? golden.Name ?? golden.File : null);
        yield return ("EvaluatedOn", job.Metadata.GetValueOrDefault(JobOrigin.EvaluatedKey));
        yield return ("Window", job.Schedule is { } schedule ? $"{schedule.Window} {schedule.TimeZone}".TrimEnd() : null);
    }

    /// <summary>What was learned from, as far as it is known: two jobs of one name may have learned from other rows.</summary>
    public static IEnumerable<(string Name, string? Value)> Data(TuningJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        yield return ("HashOfRows", job.Dataset?.TrainingSha256[..10]);
        yield return ("Examples", job.Dataset is { } rows ? Number(rows.Examples) : null);
        yield return ("HeldOut", job.Dataset is { } held ? Number(held.HeldOut) : null);
        yield return ("Mixture", job.Dataset is { Mixture.Count: > 0 } mixed ? string.Join(", ", mixed.Mixture.Select(file => $"{file.Filename} {Number(file.Taken)}")) : null);
    }

    /// <summary>Name of the text for what <see cref="All"/> and <see cref="Data"/> have under a name.</summary>
    public static string TextOf(string name) => name is "Model" or "Method" or "FrozenVersion" or "HashOfRows" or "Examples" or "HeldOut" ? name : $"Set_{name}";

    /// <summary>A number of any size in the reader's form, with up to four digits that count; without a power of ten as far as people read learning rates without one.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        < 1e15 when value == Math.Floor(value) => value.ToString("#,0", CultureInfo.CurrentCulture),
        >= 1e-6 and < 1e-4 => value.ToString("0.#########", CultureInfo.CurrentCulture),
        _ => value.ToString("G4", CultureInfo.CurrentCulture),
    };

    /// <summary>A loss, or a perplexity, which is far larger.</summary>
    public static string Loss(double? value) => value?.ToString(value < 100 ? "0.0000" : "#,0.0", CultureInfo.CurrentCulture) ?? "–";

    /// <summary>The numbers of each step as a table that any program reads: commas, points and no thousands, whatever the reader's language.</summary>
    public static string Csv(IEnumerable<TuningMetrics> steps) =>
        "step,epoch,train_loss,valid_loss,learning_rate,grad_norm,tokens_per_second,trained_tokens,reward_margin,preference_accuracy\n" + string.Concat(steps.Select(step => FormattableString.Invariant(
            $"{step.Step},{step.Epoch},{step.TrainLoss},{step.ValidLoss},{step.LearningRate},{step.GradNorm},{step.TokensPerSecond},{step.TrainedTokens},{step.RewardMargin},{step.PreferenceAccuracy}\n")));

    // 0 is the service's word for what it chooses itself.
    private static double? Chosen(int? value) => value is > 0 ? value : null;
}
