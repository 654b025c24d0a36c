using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Features.Datasets;
using Platform.Web.Features.Models;
using Platform.Web.Layout;

namespace Platform.Web.Features.Training;

/// <summary>A training job, live. The job belongs to the model service: the page only listens, and draws what it heard a few times a second.</summary>
public sealed partial class JobView(TrainingAdministration administration, DatasetsWindow window) : IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(500), Again = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource gone = new();
    private JobWatch watch = new("");
    private ConfirmDialog? confirm;
    private StopDialog? stop;
    private TryDialog? trial;
    private ModelHostException? away;
    private JobTab tab;
    private bool missing, steering, following, hasCheckpoints;
    private int heard;

    [Parameter, EditorRequired] public string JobId { get; set; } = "";

    [Inject] private IStringLocalizer<TrainingTexts> Texts { get; set; } = default!;

    private TuningJob? Job => watch.Job;

    private int Step => watch.Latest?.Step ?? Job?.Progress.Step ?? 0;

    private int Total => Job?.Progress.Steps is > 0 and var steps ? steps : Job?.Forecast?.Steps ?? 0;

    private TimeSpan? Elapsed => Job?.StartedAt is { } started ? (Job.FinishedAt ?? window.Time.GetUtcNow()) - started : null;

    private TimeSpan? Left => Job is { Status: TuningStatus.Running, Adapter: null, EstimatedFinish: { } end } && end > window.Time.GetUtcNow() ? end - window.Time.GetUtcNow() : null;

    /// <summary>How much the evaluation loss fell from the base's, as a share.</summary>
    private double? Fall => watch is { BaseValidLoss: > 0 and var plain, BestValidLoss: { } best } && best != plain ? (best - plain) / plain : null;

    /// <summary>Training is over, and its adapter is compared with the base.</summary>
    private bool IsMeasured => Job is { Status: TuningStatus.Running, Adapter: not null };

    /// <summary>Why stopping would keep nothing now; null where it would keep something.</summary>
    private string? Unkept => watch.CanKeep(hasCheckpoints) ? null : Texts[Step > 0 ? "NothingKept" : "NothingLearned"].Value;

    /// <summary>No evaluation was better than the base's: the weights that are kept change nothing.</summary>
    private bool HasLearnedNothing => Job is { Status: TuningStatus.Succeeded, Progress: { BestStep: 0, BaseValidLoss: not null } };

    /// <summary>Why a job that succeeded ended where it did.</summary>
    private string? Ending => Job switch
    {
        { Status: TuningStatus.Succeeded } when watch.Said.LastOrDefault(one => one.Code == "stopped_early") is { } early && Texts.Said(early) is { } why => why,
        { Status: TuningStatus.Succeeded, Progress.BestStep: { } best } when Step < Total => Texts["Ended_Early", Step, Total, best].Value,
        { Status: TuningStatus.Succeeded, Progress.BestStep: { } best } => Texts["Ended_All", Step, best].Value,
        { Status: TuningStatus.Succeeded } => Texts["Ended_Plain", Step].Value,
        _ => null,
    };

    protected override async Task OnInitializedAsync()
    {
        watch = new JobWatch(JobId);
        try
        {
            await watch.ReadAsync(await administration.TuningAsync(), gone.Token);
        }
        catch (ModelHostException refused) when (refused.StatusCode is 404)
        {
            missing = true;
            return;
        }
        catch (ModelHostException silent)
        {
            away = silent;
        }
        Follow();
    }

    private void Follow()
    {
        if (!following && Job is not { HasEnded: true })
        {
            following = true;
            _ = FollowAsync();
            _ = DrawAsync();
        }
    }

    // The service may restart in between: what was heard stays in sight, and it is asked again.
    private async Task FollowAsync()
    {
        try
        {
            while (Job is not { HasEnded: true } && !missing)
            {
                try
                {
                    await watch.FollowAsync(await administration.TuningAsync(), gone.Token);
                    away = null;
                }
                catch (ModelHostException refused)
                {
                    (away, missing) = (refused, refused.StatusCode is 404);
                    await Task.Delay(Again, window.Time, gone.Token);
                }
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return; // the page was left
        }
        finally
        {
            following = false;
        }
        StateHasChanged();
    }

    private async Task DrawAsync()
    {
        using var tick = new PeriodicTimer(Redraw, window.Time);
        try
        {
            while (following && await tick.WaitForNextTickAsync(gone.Token))
            {
                if (away is not null && watch.News != heard)
                {
                    away = null;
                }
                heard = watch.News;
                StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            following = false; // the page was left
        }
    }

    private async Task SteerAsync(Func<FineTuning, string, Task<TuningJob>> steer)
    {
        steering = true;
        try
        {
            watch.Know(await steer(await administration.TuningAsync(), JobId));
            Follow();
        }
        catch (ModelHostException refused)
        {
            window.Toasts.Error(Texts.Reason(refused), refused.Message);
        }
        finally
        {
            steering = false;
        }
    }

    private async Task ResumeFromAsync(int step)
    {
        if (confirm is not null && await confirm.AskAsync(new Confirmation(Texts["ResumeFromTitle", step], Texts["ResumeFromText"], Texts["ResumeFrom"]) { Danger = Step > step }))
        {
            await SteerAsync((tuning, id) => tuning.ResumeAsync(id, step, CancellationToken.None));
        }
    }

    /// <summary>Opens the choice of how to end; what cannot be kept yet says why.</summary>
    private async Task AskToStopAsync()
    {
        try
        {
            hasCheckpoints = (await (await administration.TuningAsync()).CheckpointsAsync(JobId, gone.Token)).Count > 0;
            await stop!.OpenAsync();
        }
        catch (ModelHostException refused)
        {
            window.Toasts.Error(Texts.Reason(refused), refused.Message);
        }
    }

    private Task DiscardAsync() => SteerAsync((tuning, id) => tuning.CancelAsync(id, CancellationToken.None));

    private async Task<ModelHostException?> StopAndSaveAsync()
    {
        try
        {
            watch.Know(await (await administration.TuningAsync()).StopAsync(JobId, CancellationToken.None));
            Follow();
            return null;
        }
        catch (ModelHostException refused)
        {
            return refused;
        }
    }

    // The version of a checkpoint, which is registered for it where it was not.
    private async Task<string> DraftAsync(FineTuning tuning, TuningCheckpoint checkpoint)
    {
        if (checkpoint.FineTunedModelCheckpoint is { } model)
        {
            return model;
        }
        var draft = await tuning.RegisterAsync(JobId, checkpoint.StepNumber, CancellationToken.None);
        return FormattableString.Invariant($"{Job!.Model}:{draft.Name}@{draft.Version}");
    }

    /// <summary>Opens the base beside what the job made, or beside the best that it kept until now.</summary>
    private async Task TryBesideAsync()
    {
        steering = true;
        try
        {
            var tuning = await administration.TuningAsync();
            var made = Job?.FineTunedModel;
            if (made is null or "" && await tuning.CheckpointsAsync(JobId, gone.Token) is { Count: > 0 } kept)
            {
                var best = kept.FirstOrDefault(one => one.Best) ?? kept[0];
                var isMeant = best.FineTunedModelCheckpoint is not null || (confirm is not null && await confirm.AskAsync(new Confirmation(Texts["CompareTitleStep", best.StepNumber], Texts["CompareText"], Texts["CompareInChat"])));
                if (!isMeant)
                {
                    return;
                }
                made = await DraftAsync(tuning, best);
            }
            if (made is null or "")
            {
                window.Toasts.Info(Texts["NoCheckpoints"]);
            }
            else if (trial is not null)
            {
                await trial.OpenAsync([Job!.Model, made]);
            }
        }
        catch (ModelHostException refused)
        {
            window.Toasts.Error(Texts.Reason(refused), refused.Message);
        }
        finally
        {
            steering = false;
        }
    }

    private async Task DeleteAsync()
    {
        if (confirm is null || !await confirm.AskAsync(new Confirmation(Texts["DeleteJobTitle"], Texts["DeleteJobText"], Texts["DeleteJob"]) { Danger = true }))
        {
            return;
        }
        try
        {
            await (await administration.TuningAsync()).DeleteAsync(JobId, CancellationToken.None);
            window.Navigation.NavigateTo("/train/jobs");
        }
        catch (ModelHostException refused)
        {
            window.Toasts.Error(Texts.Reason(refused), refused.Message);
        }
    }

    internal static TuningMethod Method(TuningJob job) => Enum.TryParse<TuningMethod>(job.Method?.Type, ignoreCase: true, out var method) ? method : TuningMethod.Supervised;

    public void Dispose() => gone.Cancel();
}
