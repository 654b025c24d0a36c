using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Requests;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>What is asked of jobs that do not run.</summary>
public sealed class JobSteeringTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("steering-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_job_that_was_to_end_and_is_resumed_goes_on_learning()
    {
        using var job = Failed(step: 90);
        Checkpoint(90);
        JobSteering.Stop(job);
        Assert.Equal((TuningStatus.Queued, true), (job.Now.Status, job.Now.IsStopAsked));
        Assert.Equal("stop_asked", job.Events.All().Last().Code);
        TrainerRun.MarkStop(job);
        Assert.True(File.Exists(job.Folder.StopMark));
        JobSteering.Resume(job, null);
        Assert.Equal((TuningStatus.Queued, false), (job.Now.Status, job.Now.IsStopAsked));
        TrainerRun.MarkStop(job);
        Assert.False(File.Exists(job.Folder.StopMark)); // else the trainer ends for good with its next step
        Assert.Throws<RequestRefused>(() => JobSteering.Resume(job, null)); // it goes on already
    }

    /// <summary>Its adapter was trained and could not be kept, as on a full disk: what is tried again is that, and not to learn for hours more.</summary>
    [Fact]
    public void A_job_that_was_stopped_and_failed_on_its_way_to_its_end_goes_on_to_that_end()
    {
        using var job = Failed(step: 90);
        Checkpoint(50);
        Checkpoint(90);
        job.Change(now => now with { IsStopAsked = true });
        JobSteering.Resume(job, null);
        Assert.Equal((TuningStatus.Queued, true), (job.Now.Status, job.Now.IsStopAsked));
        job.Change(now => now with { Status = TuningStatus.Failed });
        JobSteering.Resume(job, 50); // who goes back to a checkpoint wants it to learn
        Assert.Equal((TuningStatus.Queued, false), (job.Now.Status, job.Now.IsStopAsked));
    }

    [Fact]
    public void A_job_that_goes_on_near_its_end_is_foreseen_to_take_what_is_left_and_not_the_whole()
    {
        var time = new SetTime();
        using var job = Failed(step: 90, time);
        job.Change(now => now with { Status = TuningStatus.Running, Forecast = now.Forecast! with { Seconds = 1_000 }, Progress = new TuningProgress { Step = 90, Steps = 100 } });
        job.Begin();
        Assert.Equal(100, TuningViews.EstimatedFinish(job, time));
    }

    [Fact]
    public void What_is_asked_of_a_job_stands_before_what_it_waits_for_and_of_a_runner_no_end_is_foreseen_before_its_first_step()
    {
        var time = new SetTime();
        using var job = Failed(step: 0, time);
        job.Change(now => now with { Status = TuningStatus.Running, Forecast = now.Forecast! with { Seconds = 0 }, Progress = new TuningProgress { Steps = 100 } });
        job.Begin();
        Assert.Null(TuningViews.EstimatedFinish(job, time));
        time.Seconds = 10;
        job.Progressed(now => now with { Step = 10 }, time.GetUtcNow());
        Assert.Equal(100, TuningViews.EstimatedFinish(job, time));
        job.Hold(true);
        Assert.Equal("requests", TuningViews.Of(job, time).ReasonCode);
        job.Change(now => now with { IsStopAsked = true });
        Assert.Equal("stopping", TuningViews.Of(job, time).ReasonCode);
        job.Change(now => now with { IsPauseAsked = true });
        Assert.Equal("pausing", TuningViews.Of(job, time).ReasonCode);
    }

    /// <summary>What is shown of it stays, and what is on its way to its end goes there.</summary>
    [Fact]
    public void A_job_that_is_past_its_last_step_is_neither_stopped_nor_kept_from_ending()
    {
        using var job = Failed(step: 90);
        Checkpoint(90);
        job.Change(now => now with { Status = TuningStatus.Running, Reason = JobReason.Exporting });
        Assert.Contains("taken its last step", Assert.Throws<RequestRefused>(() => JobSteering.Stop(job)).Message, StringComparison.Ordinal);
        job.Change(now => now with { Reason = JobReason.Measuring, Version = 1 });
        Assert.Throws<RequestRefused>(() => JobSteering.Stop(job));
        Assert.Equal((JobReason.Measuring, false), (job.Now.Reason, job.Now.IsStopAsked));
        Assert.Empty(job.Events.All());
        Assert.Throws<RequestRefused>(() => JobSteering.Pause(job, TimeProvider.System)); // it would end all the same
        Assert.Equal((JobReason.Measuring, false), (job.Now.Reason, job.Now.IsPauseAsked));
        job.Change(now => now with { IsStopAsked = true }); // before its last step
        Assert.Throws<RequestRefused>(() => JobSteering.Resume(job, null));
    }

    [Fact]
    public void A_job_that_has_succeeded_is_not_resumed_whatever_it_was_asked_before()
    {
        using var job = Failed(step: 90);
        job.Change(now => now with { Status = TuningStatus.Succeeded, IsStopAsked = true, IsPauseAsked = true, FinishedAt = 5 });
        Assert.Contains("is succeeded and cannot be resumed", Assert.Throws<RequestRefused>(() => JobSteering.Resume(job, null)).Message, StringComparison.Ordinal);
        Assert.Equal(5, job.Now.FinishedAt);
    }

    /// <summary>Its draft was made of steps that would be taken anew, and the second one would never be registered.</summary>
    [Fact]
    public void A_job_whose_draft_is_made_is_not_taken_back_to_a_checkpoint()
    {
        using var job = Failed(step: 90);
        Checkpoint(50);
        Checkpoint(90);
        job.Change(now => now with { Version = 1 });
        Assert.Throws<RequestRefused>(() => JobSteering.Resume(job, 50));
        Assert.Equal([90, 50], job.Folder.CheckpointSteps);
        JobSteering.Resume(job, null);
        Assert.Equal(TuningStatus.Queued, job.Now.Status);
    }

    /// <summary>What a trainer told of and did not keep is no way further.</summary>
    [Fact]
    public void Trainers_that_are_killed_before_they_keep_anything_are_counted_until_somebody_lets_the_job_go_on()
    {
        using var job = Failed(step: 90);
        Assert.Equal([1, 2, 3], ((int[])[50, 20, 50]).Select(job.CountKill));
        Assert.Equal(1, job.CountKill(51));
        Assert.Equal(2, job.CountKill(51));
        JobSteering.Resume(job, null);
        Assert.Equal(1, job.CountKill(20));
        Checkpoint(40);
        Assert.Equal(40, JobSteering.Kept(job)); // and not the 90 that it told of
    }

    [Fact]
    public async Task Followers_are_told_that_a_job_is_to_end_and_that_it_goes_on()
    {
        using var job = Failed(step: 90);
        job.Change(now => now with { Status = TuningStatus.Running });
        await using var told = TuningEventEndpoints.ItemsAsync(job, 0, TimeProvider.System, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.Null(await ReasonAsync());
        JobSteering.Stop(job);
        Assert.Equal("stopping", await ReasonAsync());
        JobSteering.Resume(job, null);
        Assert.Null(await ReasonAsync());

        async Task<string?> ReasonAsync()
        {
            while (await told.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken))
            {
                if (told.Current.Event == "job") { return Assert.IsType<TuningJobBody>(told.Current.Body).ReasonCode; }
            }

            throw new InvalidOperationException("The stream ended.");
        }
    }

    [Fact]
    public void A_job_is_foreseen_anew_by_its_first_steps_once_and_what_was_told_before_the_start_is_told_again()
    {
        var time = new SetTime { Seconds = 1 };
        using var job = Failed(step: 0, time);
        job.Change(now => now with { Status = TuningStatus.Running, Forecast = now.Forecast! with { Seconds = 20 }, Progress = new TuningProgress { Steps = 100 } });
        job.Begin();
        foreach (var (step, at) in ((int, long)[])[(1, 10), (3, 12), (6, 15), (7, 90), (20, 900)])
        {
            time.Seconds = at;
            job.Progressed(now => now with { Step = step }, time.GetUtcNow());
        }

        Assert.Equal(100, job.Now.Forecast!.Seconds); // a step a second, and the first is not counted
        var told = Assert.Single(job.Events.Before(null), one => one.Code == "foreseen_anew");
        Assert.Equal("By its first 5 steps it takes about 100 s in all.", told.Message);

        ToldForecasts forecasts = new();
        var forecast = job.Now.Forecast;
        var (first, second) = (JsonNode.Parse("""{"seed":1,"learning_rate":0.1,"warmup_share":0,"weight_decay":0,"epochs":2,"lora":{"rank":8}}""")!.AsObject(), JsonNode.Parse("""{"seed":2,"learning_rate":0.2,"warmup_share":0.1,"weight_decay":0.1,"epochs":2,"lora":{"rank":8}}""")!.AsObject());
        Assert.Equal(100, forecasts.Same(forecast, first, "a").Seconds);
        Assert.Equal(100, forecasts.Same(forecast with { Seconds = 290 }, second, "a").Seconds); // the machine is busy now; and no seed was named
        Assert.Equal(290, forecasts.Same(forecast with { Seconds = 290 }, first, "b").Seconds);
        second["epochs"] = 5;
        Assert.Equal(290, forecasts.Same(forecast with { Seconds = 290 }, second, "a").Seconds);
        Assert.Equal(40, forecasts.Same(forecast with { Seconds = 40 }, first, "a").Seconds); // it was busy then
    }

    /// <summary>Steps of a small base, or a service that was kept from looking: many lines are read at one moment.</summary>
    [Fact]
    public void How_long_a_job_takes_is_told_by_when_its_steps_were_and_not_by_when_they_are_read()
    {
        var time = new SetTime { Seconds = 1_000 };
        using var job = Failed(step: 0, time);
        job.Change(now => now with { Status = TuningStatus.Running, Forecast = now.Forecast! with { Seconds = 20 } });
        job.Begin();
        File.WriteAllLines(job.Folder.Progress, Enumerable.Range(1, 8).Select(step => $$"""{"type":"metrics","step":{{step}},"steps":100,"at":"{{DateTimeOffset.FromUnixTimeSeconds(step * 3):O}}"}"""));
        new ProgressFollower(job, time).Take();
        Assert.Equal(300, job.Now.Forecast!.Seconds);

        var pace = new JobPace();
        var at = DateTimeOffset.UnixEpoch;
        Assert.Null(pace.Of(job.Now.Forecast, 1, at, isHeld: false));
        Assert.Null(pace.Of(job.Now.Forecast, 6, at, isHeld: false)); // no time at all is no speed
        Assert.Equal(750, pace.Of(job.Now.Forecast with { AnswerSeconds = 50 }, 7, at + TimeSpan.FromSeconds(42), isHeld: false)); // what is answered besides takes what it took
    }

    /// <summary>The forecast may be of another machine than a busy one.</summary>
    [Fact]
    public async Task Followers_are_told_when_the_end_is_foreseen_for_another_time()
    {
        var time = new SetTime();
        using var job = Failed(step: 0, time);
        job.Change(now => now with { Status = TuningStatus.Running, Forecast = now.Forecast! with { Seconds = 20 }, Progress = new TuningProgress { Steps = 100 } });
        job.Begin();
        await using var told = TuningEventEndpoints.ItemsAsync(job, 0, time, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.Equal(20, await EndAsync());
        time.Seconds = 15;
        Step(10);
        Assert.Equal(15 + 135, await EndAsync());
        time.Seconds = 31;
        Step(20); // 155, near what was told
        time.Seconds = 60;
        Step(30);
        Assert.Equal(60 + 140, await EndAsync());
        JobSteering.Pause(job, time); // its last step is put off, nobody knows for how long
        Assert.Null(await EndAsync());

        void Step(int step)
        {
            job.Progressed(now => now with { Step = step }, time.GetUtcNow());
            job.TrySay("info", "A step."); // a change of numbers alone wakes nobody
        }

        async Task<long?> EndAsync()
        {
            while (await told.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken))
            {
                if (told.Current.Event == "job") { return Assert.IsType<TuningJobBody>(told.Current.Body).EstimatedFinish; }
            }

            throw new InvalidOperationException("The stream ended.");
        }
    }

    private sealed class SetTime : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(Seconds);
    }

    /// <summary>Its trainer told of 90 steps and was killed: another would begin anew, and keep what one step brings.</summary>
    [Fact]
    public void A_job_of_whose_steps_no_checkpoint_is_left_has_nothing_to_end_with()
    {
        using var job = Failed(step: 90);
        Checkpoint(0);
        Assert.Contains("has learned nothing yet", Assert.Throws<RequestRefused>(() => JobSteering.Stop(job)).Message, StringComparison.Ordinal);
        Assert.False(job.Now.IsStopAsked);
        Checkpoint(50);
        JobSteering.Stop(job);
        Assert.True(job.Now.IsStopAsked);
    }

    [Fact]
    public void A_runners_job_has_learned_what_its_runner_left_weights_of()
    {
        using var job = Failed(step: 90);
        job.Change(now => now with { Settings = now.Settings with { Trainer = TuningTrainer.Peft } });
        Assert.Contains("has learned nothing yet", Assert.Throws<RequestRefused>(() => JobSteering.Stop(job)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder.CreateSubdirectory("runner-checkpoint").FullName, "state.pt"), "");
        JobSteering.Stop(job);
        Assert.True(job.Now.IsStopAsked);
    }

    [Fact]
    public void A_job_that_an_earlier_program_wrote_down_is_told_as_any()
    {
        using var made = Failed(step: 9);
        var record = JsonNode.Parse(JsonSerializer.Serialize(made.Now, RecordJson.Default.TuningRecord))!;
        record["progress"]!.AsObject().Remove("evaluations");
        using var job = new TuningJob(_folder.FullName, JsonSerializer.Deserialize(record.ToJsonString(), RecordJson.Default.TuningRecord)!, TimeProvider.System, NullLogger.Instance);
        Assert.Equal(9, TuningViews.Of(job, TimeProvider.System).Progress!.Step);
        Assert.Equal(10, job.Now.Progress.With(new TuningMetrics { Step = 10, ValidLoss = 1 }).Evaluations.Single().Step);
    }

    private TuningJob Failed(int step, TimeProvider? time = null) => new(_folder.FullName, new TuningRecord
    {
        Id = "ftjob-1", Model = "seed-chat", TrainingFile = "file-1", Adapter = "porter", Settings = new TuningSettings(), CreatedAt = 0,
        Status = TuningStatus.Failed, Forecast = new JobForecast(1, 1, 1, 3, 100, 1, 1), Progress = new TuningProgress { Step = step },
    }, time ?? TimeProvider.System, NullLogger.Instance);

    private void Checkpoint(int step) => File.WriteAllText(Path.Combine(_folder.CreateSubdirectory("checkpoints").FullName, $"step-{step:D8}.ckpt"), "");
}
