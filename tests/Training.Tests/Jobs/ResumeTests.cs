using System.Diagnostics;
using Platform.Training.Jobs;

namespace Platform.Training.Tests.Jobs;

/// <summary>However a job is interrupted, it ends with the weights of one that never was.</summary>
public sealed class ResumeTests
{
    [Fact]
    public async Task A_worker_killed_at_any_moment_goes_on_and_ends_with_the_same_weights()
    {
        using var whole = new JobBench();
        whole.Run();
        using var killed = new JobBench();
        var random = new Random(Environment.TickCount);
        var moments = Enumerable.Range(0, 3).Select(_ => random.Next(1, 39)).Order().ToArray();
        foreach (var moment in moments)
        {
            using var worker = Start(killed, "train");
            await Until(() => worker.HasExited || LastStep(killed) >= moment);
            worker.Kill(); // SIGKILL
            await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        using var last = Start(killed, "train");
        await last.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(last.ExitCode == 0, $"killed at {string.Join(", ", moments)}: {JobBench.ReadShared(killed.Folder.Progress)}");
        Assert.True(File.ReadAllBytes(whole.Folder.Adapter).AsSpan().SequenceEqual(File.ReadAllBytes(killed.Folder.Adapter)), $"killed at {string.Join(", ", moments)}: other weights");
        Assert.Equal(Curve(whole), Curve(killed));
    }

    [Fact]
    public void A_paused_job_goes_on_and_ends_with_the_same_weights()
    {
        using var whole = new JobBench();
        whole.Run();
        using var paused = new JobBench();
        foreach (var steps in (int[])[3, 8, 14]) // of each run: 2 steps are taken, then 7, then 13
        {
            Assert.Equal(JobState.Paused, paused.Run(steps, control => control.Hear("pause")));
            Assert.False(File.Exists(paused.Folder.Adapter));
        }
        Assert.Equal(JobState.Succeeded, paused.Run());
        Assert.Equal(File.ReadAllBytes(whole.Folder.Adapter), File.ReadAllBytes(paused.Folder.Adapter));
        Assert.Equal(Curve(whole), Curve(paused));
    }

    [Fact]
    public void A_pause_is_heard_in_an_evaluation_which_is_made_anew_with_the_same_weights_in_the_end()
    {
        using var whole = new JobBench();
        whole.Run();
        using var paused = new JobBench();
        using (var control = new JobControl(paused.Folder))
        {
            Assert.Equal(JobState.Paused, paused.Run(control, new BaseClock(() => control.Hear("pause"))));
        }
        Assert.Empty(paused.Evaluations); // the base's was given up
        foreach (var (steps, at) in ((int, int)[])[(10, 10), (20, 30), (10, 40)]) // of each run: the evaluation after its last step is given up, the job's last one too
        {
            Assert.Equal(JobState.Paused, paused.RunAfter(steps, control => control.Hear("pause")));
            Assert.DoesNotContain(at, paused.Evaluations.Select(one => one.Step));
            Assert.Contains(paused.Progress, line => line.TryGetProperty("train_loss", out _) && line.GetProperty("step").GetInt32() == at); // the step itself is told
        }
        Assert.Equal(JobState.Succeeded, paused.Run());
        Assert.Equal(File.ReadAllBytes(whole.Folder.Adapter), File.ReadAllBytes(paused.Folder.Adapter));
        Assert.Equal(Curve(whole), Curve(paused));
    }

    /// <summary>Whoever chats while it ends has it told to wait, on a thread of its own: a fault there would end a job that succeeded as one that crashed.</summary>
    [Fact]
    public void A_word_that_comes_when_the_job_is_over_ends_nothing()
    {
        using var bench = new JobBench();
        var control = new JobControl(bench.Folder);
        control.Dispose();
        foreach (var word in (string[])["hold", "go", "hold", "pause"]) { control.Hear(word); }
        Assert.True(control.ShallPause);
    }

    /// <summary>As a power cut leaves it, and a later line was appended to. What it said was for others: the checkpoints are whole.</summary>
    [Fact]
    public void A_damaged_line_of_its_own_progress_keeps_no_job_from_going_on()
    {
        using var bench = new JobBench();
        bench.Run(8, control => control.Hear("pause"));
        File.AppendAllText(bench.Folder.Progress, "\0\0\0{\"type\":\"metrics\"}\n");
        Assert.Equal(JobState.Succeeded, bench.Run());
    }

    [Fact]
    public void Marks_in_the_folder_pause_and_cancel()
    {
        using var bench = new JobBench();
        File.WriteAllText(bench.Folder.PauseMark, "");
        Assert.Equal(JobState.Paused, bench.Run());
        File.Delete(bench.Folder.PauseMark);
        Assert.Equal(JobState.Cancelled, bench.Run(5, _ => File.WriteAllText(bench.Folder.CancelMark, "")));
        Assert.False(File.Exists(bench.Folder.Adapter));
        Assert.NotEmpty(bench.Folder.AllCheckpoints());
        Assert.Equal("cancelled", bench.Progress[^1].GetProperty("state").GetString());
    }

    [Fact]
    public void A_held_job_waits_and_then_goes_on()
    {
        using var bench = new JobBench();
        using var control = new JobControl(bench.Folder);
        control.Hear("hold");
        _ = Task.Run(async () =>
        {
            await Until(() => JobBench.ReadShared(bench.Folder.Progress).Contains("running", StringComparison.Ordinal));
            control.Hear("go");
        }, TestContext.Current.CancellationToken);
        Assert.Equal(JobState.Succeeded, bench.Run(control, TimeProvider.System));
    }

    [Fact]
    public async Task Signals_and_the_end_of_standard_input_pause_a_worker()
    {
        using var bench = new JobBench(change: s => s["epochs"] = 1_000);
        using (var worker = Start(bench, "train", "--stdin"))
        {
            await Until(() => worker.HasExited || LastStep(bench) >= 3);
            worker.StandardInput.Close();
            await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(3, worker.ExitCode);
        }
        using (var worker = Start(bench, "train"))
        {
            var before = LastStep(bench);
            await Until(() => worker.HasExited || LastStep(bench) > before);
            using var kill = Process.Start("kill", ["-TERM", $"{worker.Id}"]);
            await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(3, worker.ExitCode);
        }
        Assert.Equal("paused", bench.Progress[^1].GetProperty("state").GetString());
    }

    [Fact]
    public void A_cut_or_foreign_checkpoint_is_refused_and_the_one_before_is_taken()
    {
        using var whole = new JobBench();
        whole.Run();
        using var bench = new JobBench();
        bench.Run(22, control => control.Hear("pause"));
        var latest = bench.Folder.AllCheckpoints()[0];
        var bytes = File.ReadAllBytes(latest);
        File.WriteAllBytes(latest, bytes[..^100]);
        Assert.Equal(JobState.Succeeded, bench.Run());
        Assert.Contains(bench.Progress, l => l.TryGetProperty("message", out var text) && text.GetString()!.Contains("The one before is taken", StringComparison.Ordinal));
        var behind = Assert.Single(bench.Progress, l => l.TryGetProperty("code", out var code) && code.GetString() == "resumed_behind"); // why the number of the step falls
        Assert.Equal(["20", "40", "21"], behind.GetProperty("values").EnumerateArray().Select(value => value.GetString()));
        Assert.Equal(File.ReadAllBytes(whole.Folder.Adapter), File.ReadAllBytes(bench.Folder.Adapter));

        using var other = new JobBench(change: s => s["learning_rate"] = 0.001);
        Directory.CreateDirectory(Path.GetDirectoryName(other.Folder.Best)!);
        File.WriteAllBytes(other.Folder.Checkpoint(20), bytes); // of a job that differs in one setting
        var refusal = Assert.Throws<TrainingException>(() => other.Run());
        Assert.Contains("belongs to another job", refusal.Message, StringComparison.Ordinal);
        foreach (var damaged in (byte[][])[[], bytes[..30], [.. bytes[..200], (byte)(bytes[200] ^ 1), .. bytes[201..]], new byte[5_000]])
        {
            File.WriteAllBytes(other.Folder.Checkpoint(20), damaged);
            Assert.Equal(TrainingFault.Checkpoint, Assert.Throws<TrainingException>(() => other.Run()).Fault);
        }
    }

    [Fact]
    public void A_second_worker_in_one_folder_is_refused()
    {
        using var bench = new JobBench();
        using var first = bench.Folder.Take();
        Assert.Contains("Another worker", Assert.Throws<TrainingException>(() => bench.Run()).Message, StringComparison.Ordinal);
    }

    /// <summary>The system's time, which acts as the second line is told, with which the base's evaluation begins.</summary>
    private sealed class BaseClock(Action act) : TimeProvider
    {
        private int asked;

        public override DateTimeOffset GetUtcNow()
        {
            if (++asked == 2) { act(); }
            return System.GetUtcNow();
        }
    }

    private static int LastStep(JobBench bench) => JobBench.ReadShared(bench.Folder.Progress).Split('\n')[..^1].Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement)
        .Where(l => l.TryGetProperty("train_loss", out _)).Select(l => l.GetProperty("step").GetInt32()).LastOrDefault();

    /// <summary>The last word on each step.</summary>
    private static Dictionary<int, (string? Train, string? Valid)> Curve(JobBench bench) => bench.Progress.Where(l => l.GetProperty("type").GetString() == "metrics").GroupBy(l => l.GetProperty("step").GetInt32())
        .ToDictionary(g => g.Key, g => (Number(g.Last(), "train_loss"), Number(g.Last(), "valid_loss")));

    private static string? Number(System.Text.Json.JsonElement line, string name) => line.TryGetProperty(name, out var number) ? number.GetRawText() : null;

    private static async Task Until(Func<bool> holds)
    {
        while (!holds()) { await Task.Delay(1, TestContext.Current.CancellationToken); }
    }

    private static Process Start(JobBench bench, params string[] words)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Platform.Training")) { RedirectStandardInput = true };
        foreach (var word in (string[])[words[0], bench.Folder.Path, .. words[1..]]) { start.ArgumentList.Add(word); }
        return Process.Start(start)!;
    }
}
