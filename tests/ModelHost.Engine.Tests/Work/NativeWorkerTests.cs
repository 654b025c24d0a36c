using System.Diagnostics;
using System.Globalization;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tests.Work;

/// <summary>Native work in a process of its own: what it may take, and each way in which it can end.</summary>
public sealed class NativeWorkerTests
{
    private static readonly WorkLimits Ample = new(4L << 30, TimeSpan.FromMinutes(2));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_is_done_and_reports()
    {
        var report = await WorkingEngine.Worker.RunAsync(Try(SeedModels.ChatFile), Ample, null, Cancellation);
        Assert.True(report.IsDone);
    }

    [Fact]
    public async Task What_the_child_refuses_is_told_in_its_words()
    {
        var refusal = await Assert.ThrowsAsync<WorkException>(() => WorkingEngine.Worker.RunAsync(Try("/nowhere/model.gguf"), Ample, null, Cancellation));
        Assert.Equal(WorkFailure.Refused, refusal.Failure);
        Assert.Contains("/nowhere/model.gguf", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_an_exception_that_nobody_caught_the_type_is_told_and_no_path()
    {
        var fault = ChildErrors.Of(134, "Unhandled exception. System.IO.FileNotFoundException: Could not find file '/data/secret'.\n   at Program", Ample);
        Assert.Equal((WorkFailure.Crashed, "it was ended by signal 6 (abort): Unhandled exception. System.IO.FileNotFoundException"), (fault.Failure, fault.Message));
    }

    [Theory]
    [InlineData("exit 7", WorkFailure.Ended, "code 7")]
    [InlineData("echo why >&2; exit 7", WorkFailure.Ended, "code 7: why")]
    [InlineData("exit 0", WorkFailure.Ended, "code 0")]
    [InlineData("exit 130", WorkFailure.Ended, "signal 2")]
    [InlineData("kill -TERM $$", WorkFailure.Ended, "signal 15 (termination)")]
    [InlineData("echo '{\"half'", WorkFailure.Ended, "cannot be read")]
    [InlineData("/nowhere/program", WorkFailure.NotStarted, "not found")]
    [InlineData("kill -KILL $$", WorkFailure.OutOfMemory, "memory")]
    [InlineData("echo ggml_aligned_malloc: insufficient memory >&2; kill -ABRT $$", WorkFailure.OutOfMemory, "it may take")]
    [InlineData("echo Cannot allocate memory >&2; kill -ABRT $$", WorkFailure.OutOfMemory, "it may take")]
    [InlineData("kill -ILL $$", WorkFailure.Crashed, "signal 4 (illegal instruction)")]
    [InlineData("kill -ABRT $$", WorkFailure.Crashed, "signal 6 (abort)")]
    [InlineData("kill -BUS $$", WorkFailure.Crashed, "signal 7 (bus error)")]
    [InlineData("kill -FPE $$", WorkFailure.Crashed, "signal 8 (arithmetic)")]
    [InlineData("kill -SEGV $$", WorkFailure.Crashed, "signal 11 (segmentation fault)")]
    public async Task An_end_tells_what_the_work_did_from_what_was_done_to_it(string script, object failure, string told)
    {
        var end = await Assert.ThrowsAsync<WorkException>(() => Shell(script).RunAsync(Try(""), Ample, null, Cancellation));
        Assert.Equal(failure, end.Failure);
        Assert.Contains(told, end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_beyond_the_limit_is_refused_to_the_child()
    {
        var limits = Ample with { MemoryBytes = 64 << 20 };
        // The shell is asked itself, as it is what a limit is set for.
        var told = await Assert.ThrowsAsync<WorkException>(() => Shell("ulimit -d >&2; exit 1").RunAsync(Try(""), limits, null, Cancellation));
        Assert.Contains((limits.MemoryBytes >> 10).ToString(CultureInfo.InvariantCulture), told.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<WorkException>(() => WorkingEngine.Worker.RunAsync(Try(SeedModels.ChatFile), limits, null, Cancellation));
    }

    [Fact]
    public async Task Time_beyond_the_limit_ends_the_child()
    {
        var late = await Assert.ThrowsAsync<WorkException>(() => Shell("exec sleep 600").RunAsync(Try(""), Ample with { Time = TimeSpan.FromMilliseconds(300) }, null, Cancellation));
        Assert.Equal(WorkFailure.OutOfTime, late.Failure);
    }

    [Fact]
    public async Task Cancelling_kills_the_child_and_is_no_failure()
    {
        var folder = Directory.CreateTempSubdirectory("platform-worker-");
        try
        {
            var file = Path.Combine(folder.FullName, "pid");
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var work = Shell($"echo $$ > '{file}'; exec sleep 600").RunAsync(Try(""), Ample, null, cancel.Token);
            while (!File.Exists(file) || (await File.ReadAllTextAsync(file, Cancellation)).Length < 2) { await Task.Delay(10, Cancellation); }
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
            Assert.False(Directory.Exists("/proc/" + (await File.ReadAllTextAsync(file, Cancellation)).Trim()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_child_ends_when_its_parent_is_gone()
    {
        using var child = Process.Start(new ProcessStartInfo(Platform.Fakes.ModelHostFixture.ServerProgram, [NativeWorker.Verb]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var text = new string('a', 1 << 20);
        await child.StandardInput.WriteLineAsync($$"""{"do":"perplexity","Path":"{{SeedModels.ChatFile}}","ModelSha256":"","Text":"{{text}}","Window":256,"MostTokens":1000000,"GpuLayers":0,"Threads":1,"NativeDirectory":"{{LlamaLibrary.Load().Directory}}"}""".AsMemory(), Cancellation);
        await child.StandardInput.FlushAsync(Cancellation);
        Assert.Contains("Progress", await child.StandardOutput.ReadLineAsync(Cancellation), StringComparison.Ordinal);
        child.StandardInput.Close();
        await child.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        Assert.Equal(137, child.ExitCode);
    }

    [Fact]
    public async Task Secrets_of_the_parents_environment_stay_there()
    {
        Environment.SetEnvironmentVariable("Server__ApiKey", "canary-key");
        try
        {
            var told = await Assert.ThrowsAsync<WorkException>(() => Shell("env >&2; exit 1").RunAsync(Try(""), Ample, null, Cancellation));
            Assert.DoesNotContain("canary-key", told.Message, StringComparison.Ordinal);
            var listed = await Assert.ThrowsAsync<WorkException>(() => Shell("env | grep -c Server__ >&2; exit 1").RunAsync(Try(""), Ample, null, Cancellation));
            Assert.EndsWith(": 0", listed.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("Server__ApiKey", null);
        }
    }

    private static NativeWorker Shell(string script) => new("/bin/sh", "-c", script, "sh");

    private static TryOrder Try(string path) => new(path, Embeds: false, GpuLayers: 0) { NativeDirectory = LlamaLibrary.Load().Directory, Threads = 1 };
}
