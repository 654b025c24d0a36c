using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.ModelHost.Server.Files;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.FineTuning.Jobs;
using Platform.ModelHost.Server.FineTuning.Measures;
using Platform.ModelHost.Server.FineTuning.Requests;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>What a disk that refuses, damages or loses a job's files does to the job, and to the others.</summary>
public sealed class TuningDiskTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tuning-disk-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_damaged_line_of_the_events_is_passed_over_and_the_numbers_go_on()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        job.Say("info", "second");
        File.AppendAllText(job.Folder.Events, "{\"number\":3,\"at\":{\"number\":3}\n{\"half");
        using var again = Jobs();
        var known = again.Find(job.Now.Id);
        known.Say("info", "third");
        Assert.Equal([(1, "The job is created; its files are looked at next."), (2, "second"), (3, "third")], known.Events.All().Select(one => (one.Number, one.Message)));
    }

    [Fact]
    public void Why_a_job_waits_is_kept_as_a_code_with_its_values_and_a_sentence_of_before_stays_as_it_is()
    {
        using var jobs = Jobs();
        var (job, old) = (jobs.Add(Record), jobs.Add(Record));
        job.Wait(JobReason.Hours("22:00-06:00", "UTC"));
        old.Wait(JobReason.AnotherJob);
        Assert.DoesNotContain("Waits for", File.ReadAllText(job.Folder.Record), StringComparison.Ordinal);
        File.WriteAllText(old.Folder.Record, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(old.Folder.Record), @"""reason"": \[[^]]*\]", "\"reason\": \"As it was.\""));
        using var again = Jobs();
        Assert.Equal(JobReason.Hours("22:00-06:00", "UTC"), again.Find(job.Now.Id).Now.Reason);
        var (now, before) = (TuningViews.Of(again.Find(job.Now.Id), TimeProvider.System), TuningViews.Of(again.Find(old.Now.Id), TimeProvider.System));
        Assert.Equal(("Waits for its hours, 22:00-06:00 (UTC).", "hours", "22:00-06:00 UTC"), (now.Reason, now.ReasonCode, string.Join(' ', now.ReasonValues)));
        Assert.Equal(("As it was.", null, 0), (before.Reason, before.ReasonCode, before.ReasonValues.Count));
    }

    [Theory]
    [InlineData("hours", "hours")]
    [InlineData("hours,22:00-06:00", "22:00-06:00")]
    [InlineData("hours,22:00-06:00,UTC", "Waits for its hours, 22:00-06:00 (UTC).")]
    [InlineData("memory", "memory")]
    [InlineData("memory,12,It is full.", "It is full.")]
    public void A_reason_with_fewer_words_than_its_sentence_breaks_no_list_of_jobs(string words, string sentence) =>
        Assert.Equal(sentence, new JobReason(words.Split(',')[0], words.Split(',')[1..]).Sentence);

    [Fact]
    public void An_event_that_cannot_be_written_is_not_counted()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        var aside = job.Folder.Events + ".aside";
        File.Move(job.Folder.Events, aside);
        Directory.CreateDirectory(job.Folder.Events);
        Assert.ThrowsAny<UnauthorizedAccessException>(() => job.Say("info", "lost"));
        job.TrySay("info", "lost too");
        Directory.Delete(job.Folder.Events);
        File.Move(aside, job.Folder.Events);
        job.Say("info", "kept");
        Assert.Equal([1, 2], job.Events.All().Select(one => one.Number));
    }

    [Fact]
    public void A_job_that_failed_has_failed_also_where_its_record_cannot_be_written()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        File.Delete(job.Folder.Record);
        Directory.CreateDirectory(Path.Combine(job.Folder.Record, "full")); // no file can be put in its place
        Assert.ThrowsAny<Exception>(() => job.Change(now => now with { Status = TuningStatus.Running }));
        Assert.Equal(TuningStatus.ValidatingFiles, job.Now.Status);
        job.Settle(now => now with { Status = TuningStatus.Failed });
        Assert.True(job.Now.HasEnded);
    }

    /// <summary>A change that takes as long as a slow disk.</summary>
    [Fact]
    public async Task While_a_record_is_being_changed_the_job_the_others_and_new_ones_can_be_asked_for()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        using ManualResetEventSlim isChanging = new(), goOn = new();
        var change = Task.Run(() => job.Change(now =>
        {
            isChanging.Set();
            goOn.Wait(TestContext.Current.CancellationToken);
            return now with { Reason = JobReason.Refused("slow") };
        }), TestContext.Current.CancellationToken);
        isChanging.Wait(TestContext.Current.CancellationToken);
        var asked = Task.Run(() => (jobs.All.Count, job.Now.Reason, jobs.Add(Record).Now.Status), TestContext.Current.CancellationToken);
        var first = await Task.WhenAny(asked, Task.Delay(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        goOn.Set();
        Assert.Same(asked, first);
        Assert.Equal((1, null, TuningStatus.ValidatingFiles), await asked);
        Assert.Equal("slow", (await change).Reason?.Sentence);
    }

    [Fact]
    public void A_damaged_line_of_the_progress_is_passed_over_once_and_for_all()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        File.WriteAllText(job.Folder.Progress, "{\"type\":\"metrics\",\"step\":1,\"at\":\"2026-01-01T00:00:00Z\"}\n{\"type\":\"met\0\n{\"type\":\"metrics\",\"step\":2,\"at\":\"2026-01-01T00:00:01Z\"}\n");
        new ProgressFollower(job, TimeProvider.System).Take();
        new ProgressFollower(job, TimeProvider.System).Take(); // as the next try does
        Assert.Equal(2, job.Now.Progress.Step);
        Assert.Equal(["info", "info", "warn", "info"], job.Events.All().Select(one => one.Level));
    }

    /// <summary>In pieces of a line's most length: such a line must not be met again and again.</summary>
    [Fact]
    public void A_line_of_the_progress_that_is_too_long_is_passed_over_once()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        var follower = new ProgressFollower(job, TimeProvider.System);
        File.WriteAllText(job.Folder.Progress, new string('x', 3 << 20));
        follower.Take();
        follower.Take();
        File.AppendAllText(job.Folder.Progress, new string('x', 5) + "\n{\"type\":\"metrics\",\"step\":2,\"at\":\"2026-01-01T00:00:01Z\"}\n");
        follower.Take();
        Assert.Equal(2, job.Now.Progress.Step);
        Assert.Equal(["info", "warn", "info"], job.Events.All().Select(one => one.Level));
    }

    /// <summary>Who opens a pipe waits for a writer, and with it every job.</summary>
    [Fact]
    public async Task Pipes_in_the_place_of_a_runners_files_are_not_opened()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        foreach (var file in (string[])[job.Folder.Ended, job.Folder.Taken, job.Folder.Progress])
        {
            using var made = Process.Start("mkfifo", [file]);
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var ended = Task.Run(async () =>
        {
            new ProgressFollower(job, TimeProvider.System).Take();
            using var trainer = Trainer(job, () => Task.CompletedTask);
            return (trainer.HasEnded, await trainer.EndAsync());
        }, TestContext.Current.CancellationToken);
        var (hasEnded, (_, failure)) = await ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(hasEnded);
        Assert.Contains("nothing was heard", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(job.Folder.Ended));
    }

    [Fact]
    public async Task An_import_that_was_broken_off_is_made_again_without_a_runner()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        File.WriteAllText(job.Folder.Ended, "0");
        using (var stopped = Trainer(job, () => throw new OperationCanceledException())) { Assert.Equal(3, (await stopped.EndAsync()).Code); } // paused: nobody cancelled the job
        using var again = Trainer(job, () => Task.CompletedTask);
        Assert.True(again.HasEnded);
        Assert.False(File.Exists(job.Folder.Offered));
        Assert.Equal(0, (await again.EndAsync()).Code);
        Assert.False(File.Exists(job.Folder.Ended));
    }

    /// <summary>Else each of its rows is there twice, in what is counted and in the list.</summary>
    [Fact]
    public async Task A_validation_file_that_two_parts_of_a_mixture_name_is_read_once()
    {
        var store = Store();
        var (one, two, held) = (await StoreAsync("one"), await StoreAsync("two"), await StoreAsync("held"));
        var record = Record("ftjob-1") with { Mixture = [new MixtureShare(one, held, 1, 1), new MixtureShare(two, held, 1, 1)] };
        Assert.Equal(["held"], JobSources.Open(store, record).HeldOut!.Select(line => line.Text.Trim()));

        async Task<string> StoreAsync(string text)
        {
            using var staged = await store.StageAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken);
            return store.Keep(staged, text, StoredFile.ForTuning).Id;
        }
    }

    /// <summary>A file of ours, and nobody's request.</summary>
    [Fact]
    public void Damaged_answers_of_evaluations_are_told_as_a_damaged_file_and_a_step_counts_once()
    {
        using var jobs = Jobs();
        var folder = jobs.Add(Record).Folder;
        const string Step = "{\"step\":1,\"at\":1,\"answers\":[\"a\"]}\n";
        File.WriteAllText(folder.Answers, Step + Step);
        Assert.Single(EvaluationAnswers.Read(folder));
        File.AppendAllText(folder.Answers, "{\"step\":\n");
        Assert.Throws<InvalidDataException>(() => EvaluationAnswers.Read(folder));
    }

    /// <summary>As the ones that a killed service asked for twice have left them.</summary>
    [Fact]
    public async Task A_question_that_was_answered_twice_counts_once()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        var row = JsonSerializer.Serialize(new AnsweredRow("1", "Who?", "Alda", "Borin", "Alda", 0, 1), ProbeJson.Default.AnsweredRow);
        File.WriteAllLines(job.Folder.In("answered-a@1.part"), [row, row]);
        var measures = await AnswerComparison.RunAsync(job, isOfItsEnd: false, (_, _, _) => { }, probes: null!, "a@1", TestContext.Current.CancellationToken); // nothing is left to ask
        Assert.Equal(1, measures!["rows"]!.GetValue<int>());
        Assert.False(File.Exists(job.Folder.Answered));
    }

    /// <summary>A kill or a full disk in the midst of it would leave half of the answers that took an hour, and the page would read half a line.</summary>
    [Fact]
    public async Task What_was_answered_is_exchanged_whole_under_those_who_read_it()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        var row = JsonSerializer.Serialize(new AnsweredRow("1", "Who?", "Alda", "Borin", "Alda", 0, 1), ProbeJson.Default.AnsweredRow);
        var (begun, before) = (job.Folder.In("answered-a@1.part"), row + "\n" + row[..20]); // half a line of a service that was killed
        File.WriteAllText(begun, before);
        File.WriteAllText(job.Folder.Answered, before);
        using var parts = new StreamReader(new FileStream(begun, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        using var whole = new StreamReader(new FileStream(job.Folder.Answered, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        await AnswerComparison.RunAsync(job, isOfItsEnd: true, (_, _, _) => { }, probes: null!, "a@1", TestContext.Current.CancellationToken);
        Assert.Equal((before, before), (await parts.ReadToEndAsync(TestContext.Current.CancellationToken), await whole.ReadToEndAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(row + "\n", await File.ReadAllTextAsync(job.Folder.Answered, TestContext.Current.CancellationToken));
    }

    /// <summary>They lie in a folder that cannot be listed even by the one who may do everything: what a process that ended says of its network.</summary>
    [Fact]
    public async Task Evaluations_that_cannot_be_answered_nor_dropped_end_no_job()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no such folder.");
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        using var parent = Process.Start(new ProcessStartInfo("python3", ["-c", "import os,sys; child=os.fork() or os._exit(0); print(child,flush=True); sys.stdin.read()"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            var gone = $"/proc/{await parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)}/net";
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(TimeSpan.FromSeconds(30));
            while (Xunit.Record.Exception(() => Directory.GetFiles(gone))?.GetType() != typeof(IOException)) { await Task.Delay(5, deadline.Token); }
            Directory.CreateSymbolicLink(job.Folder.Evaluations, gone);
            File.WriteAllText(job.Folder.Prompts, "{half a line\n");
            var trainer = new TaskCompletionSource();
            var answers = new EvaluationAnswers(job, engine: null!, probes: null!, TimeProvider.System).RunAsync(trainer.Task, TestContext.Current.CancellationToken); // neither is come to
            trainer.SetResult();
            await answers;
            Assert.Contains(job.Events.All(), one => one.Message.StartsWith("The prompts are not answered", StringComparison.Ordinal));
        }
        finally
        {
            parent.StandardInput.Close();
            await parent.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void What_the_disk_refuses_is_told_without_the_files_path()
    {
        Exception[] faults = [new IOException("Could not find '/secret/place/train.jsonl'."), new UnauthorizedAccessException("Access to '/secret/place' is denied."), new InvalidDataException("Line 3 of /secret/place/parity.jsonl is damaged.")];
        Assert.All(faults, fault => Assert.DoesNotContain("secret", JobStages.Error(fault)!.Message, StringComparison.Ordinal));
        Assert.Equal("job_failed", JobStages.Error(faults[2])!.Code);
    }

    [Fact]
    public void A_deleted_job_does_not_come_back_and_one_in_use_is_not_deleted()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        Assert.Contains("has not ended", Assert.Throws<RequestRefused>(() => jobs.Delete(job.Now.Id)).Problem.Message, StringComparison.Ordinal);
        JobSteering.Cancel(job, TimeProvider.System);
        using (job.Use())
        {
            Assert.Contains("Try again", Assert.Throws<RequestRefused>(() => jobs.Delete(job.Now.Id)).Problem.Message, StringComparison.Ordinal);
        }

        jobs.Delete(job.Now.Id);
        Assert.Equal(404, Assert.Throws<RequestRefused>(() => job.Change(now => now with { Reason = JobReason.Restarted })).Problem.Status);
        Assert.Throws<RequestRefused>(job.Use);
        job.Say("info", "late");
        Assert.False(Directory.Exists(job.Folder.Path));
    }

    [Fact]
    public async Task What_a_killed_service_left_goes_and_what_a_damaged_note_may_name_stays()
    {
        var store = Store();
        using (var staged = await store.StageAsync(new MemoryStream([1, 2, 3]), TestContext.Current.CancellationToken)) { store.Keep(staged, "kept", StoredFile.ForTuning); }
        var (blobs, orphan) = (Path.Combine(_folder.FullName, "blobs"), new string('a', 64));
        File.WriteAllText(Path.Combine(blobs, orphan), "rows");
        var note = Path.Combine(_folder.FullName, "files", $"file-{new string('0', 24)}.json");
        File.WriteAllText(note, "{");
        Assert.Single(Store().All);
        Assert.True(File.Exists(Path.Combine(blobs, orphan)));
        File.Delete(note);
        Assert.Single(Store().All);
        Assert.Equal([Store().All[0].Sha256], Directory.EnumerateFiles(blobs).Select(Path.GetFileName));
    }

    [Fact]
    public void What_a_killed_export_and_a_killed_forecast_left_goes()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        var export = job.Folder.In($"{Guid.NewGuid():N}.gguf");
        File.WriteAllText(export, "half");
        File.WriteAllText(job.Folder.Adapter, "whole");
        Directory.CreateDirectory(Path.Combine(jobs.Forecasts, "one"));
        using var again = Jobs();
        Assert.Single(again.All);
        Assert.False(File.Exists(export) || Directory.Exists(again.Forecasts));
        Assert.True(File.Exists(job.Folder.Adapter));
    }

    private RunnerTrainer Trainer(TuningJob job, Func<Task> convert)
    {
        var options = new TrainingOptions { Directory = _folder.FullName };
        return new RunnerTrainer(job, new Runners(options, TimeProvider.System), options, TimeProvider.System, convert);
    }

    /// <summary>It may have trained for days; its draft is registered and measured.</summary>
    [Fact]
    public async Task A_store_that_has_no_room_for_a_jobs_results_costs_it_those_and_is_told()
    {
        using var jobs = Jobs();
        var job = jobs.Add(Record);
        job.Add(new TuningEvent(0, 1, "info", "Step 1", "metrics") { Data = new TuningMetrics { Step = 1, TrainLoss = 2 } });
        FileStore full = new(new TrainingOptions { Directory = _folder.FullName, MaxTotalBytes = 8 }, TimeProvider.System, NullLogger<FileStore>.Instance);
        Assert.Empty(await new JobCompletion(full, null!, TimeProvider.System).ResultsAsync(job, TestContext.Current.CancellationToken)); // nothing is measured here
        Assert.Equal(("warn", "results_not_kept"), (job.Events.All().Last().Level, job.Events.All().Last().Code));
        Assert.Single(await new JobCompletion(Store(), null!, TimeProvider.System).ResultsAsync(job, TestContext.Current.CancellationToken));
    }

    private FileStore Store() => new(new TrainingOptions { Directory = _folder.FullName }, TimeProvider.System, NullLogger<FileStore>.Instance);

    private static TuningRecord Record(string id) => new() { Id = id, Model = "m", TrainingFile = "file-1", Adapter = "a", Settings = new TuningSettings(), CreatedAt = 1 };

    private TuningJobs Jobs() => new(new TrainingOptions { Directory = _folder.FullName }, TimeProvider.System, NullLogger<TuningJobs>.Instance);
}
