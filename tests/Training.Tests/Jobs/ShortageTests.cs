using System.Diagnostics;
using System.Text.Json.Nodes;
using Platform.Training.Jobs;

namespace Platform.Training.Tests.Jobs;

/// <summary>
/// What a real trainer does on a disk that is really full, and under a limit of memory that the system holds: it says which of the two it was, keeps what it had reached, and ends, when there is more, with
/// the weights of a job that never wanted for anything. The disk is a tmpfs in a mount namespace of the child's own: nothing of it is left behind, and no rights are needed where people may make one.
/// </summary>
public sealed class ShortageTests
{
    private const string Full = "The disk is full. Make room and try again.|fault: space|No space left on device : ", Mount = "mount -t tmpfs -o size=1m tmpfs \"$1\"";

    // The disk grows by less than a checkpoint after each failure, so that now the log, now a checkpoint, and now the best weights find it full.
    private const string GrowingDisk = Mount + """
        ; cp "$2"/*.json* "$1"; size=$(du -sk "$1" | cut -f1)
        for try in $(seq 40); do
            mount -o remount,size=${size}k "$1"
            "$3" train "$1" 2>"$2/said"; code=$?
            echo "$code $(tr '\n' '|' <"$2/said")"
            ls "$1"/checkpoints | grep partial
            [ $code = 0 ] && break
            size=$((size + 144))
        done
        cp "$1"/adapter.gguf "$1"/progress.jsonl "$2"
        """;

    private static readonly string[] Namespace = Environment.IsPrivilegedProcess ? ["-m"] : ["-r", "-m"];

    private static string Trainer => Path.Combine(AppContext.BaseDirectory, "Platform.Training");

    [Fact]
    public async Task Whichever_write_finds_the_disk_full_says_so_and_with_more_room_the_job_ends_as_one_that_had_it_fault_5()
    {
        using var whole = new JobBench();
        using var full = new JobBench();
        using var disk = new TemporaryFolder();
        Assert.SkipUnless((await EndsAsync("unshare", [.. Namespace, "sh", "-c", Mount, "sh", disk.Path])).Code == 0, "No file system of its own can be had here.");

        var said = (await EndsAsync("unshare", [.. Namespace, "sh", "-c", GrowingDisk, "sh", disk.Path, full.Folder.Path, Trainer])).Said.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("0 ", said[^1]);
        Assert.All(said[..^1], line => Assert.StartsWith($"1 {Full}", line, StringComparison.Ordinal)); // no half file stays to take what room there is
        Assert.All((string[])["progress.jsonl", "/step-", "/best"], file => Assert.Contains(said, line => line.Contains(file, StringComparison.Ordinal)));
        Assert.Contains(full.Progress, line => line.TryGetProperty("fault", out var fault) && fault.GetString() == "space");
        whole.Run();
        Assert.Equal(File.ReadAllBytes(whole.Folder.Adapter), File.ReadAllBytes(full.Folder.Adapter));
        Assert.Equal(whole.ValidLossAt(40), full.ValidLossAt(40));
    }

    [Fact]
    public async Task A_trainer_that_gets_no_memory_says_so_and_with_more_the_job_ends_as_one_that_had_it()
    {
        using var whole = Wide();
        using var narrow = Wide();
        Assert.Equal(JobState.Paused, narrow.Run(3, control => control.Hear("pause")));
        var reached = narrow.Folder.AllCheckpoints();

        var (code, said) = await EndsAsync("sh", "-c", "ulimit -c 0; ulimit -d 200000; exec \"$@\"", "sh", Trainer, "train", narrow.Folder.Path); // room for the program and the model, and not for what is computed

        Assert.Equal((1, "There is not enough memory. Make room and try again, or compute with checkpointing or with fewer tokens in a micro-batch.\nfault: memory\n"), (code, said));
        Assert.Equal(("failed", "memory"), (narrow.Progress[^1].GetProperty("state").GetString(), narrow.Progress[^1].GetProperty("fault").GetString()));
        Assert.Equal(reached, narrow.Folder.AllCheckpoints());
        Assert.Equal(JobState.Succeeded, narrow.Run());
        whole.Run();
        Assert.Equal(File.ReadAllBytes(whole.Folder.Adapter), File.ReadAllBytes(narrow.Folder.Adapter));
    }

    /// <summary>A job whose micro-batch takes over 200 MB.</summary>
    private static JobBench Wide()
    {
        var bench = new JobBench(new SyntheticModel { Vocabulary = 16_384 }, settings => (settings["max_steps"], settings["checkpoint_every"], settings["micro_batch_tokens"], settings["sequence_tokens"], settings["validation"]) = (4, 1, 4_096, 512, null));
        var random = new Random(4);
        bench.Write("train.jsonl", Enumerable.Range(0, 16).Select(_ => new JsonObject { ["tokens"] = new JsonArray([.. Enumerable.Range(0, 500).Select(_ => JsonValue.Create(random.Next(96)))]) }));
        return bench;
    }

    private static async Task<(int Code, string Said)> EndsAsync(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await errors;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said);
    }
}
