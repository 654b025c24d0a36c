using System.Diagnostics;
using System.Text.Json;

namespace Platform.EndToEnd.Tests;

/// <summary>`train` as a process, on the seed model: the progress bar and what comes of it, bad input, Ctrl-C and going on.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private static readonly string[] Names = ["Alda", "Borin", "Cerys", "Dunmore"], Places = ["the west harbour", "the water mill", "the old library"];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("train-");

    private string Target => Path.Combine(folder.FullName, "out");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task What_Ctrl_C_ends_the_same_words_go_on_with_and_an_adapter_with_its_measures_comes_of_it()
    {
        string[] words = ["train", "--dataset", Rows(), "--base", Model, "--out", Target, "--epochs", "1", "--learning-rate", "0.005"];
        // Started in the background, a test run ignores SIGINT, and so would all that it starts: env puts that right.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", Repository.WebProgram, .. words]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(5));
        var said = "";
        var buffer = new char[512];
        while (!said.Contains("] 2/", StringComparison.Ordinal) && await process.StandardError.ReadAsync(buffer, deadline.Token) is > 0 and var read)
        {
            said += new string(buffer, 0, read);
        }
        Assert.Contains("[#", said, StringComparison.Ordinal);
        using (var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            await interrupt.WaitForExitAsync(deadline.Token);
        }
        said += await process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 130, said);
        Assert.Contains("the same command goes on from here", said, StringComparison.Ordinal);

        var (refused, _, other) = await TerminalTests.RunAsync([], [.. words, "--rank", "32"]);
        Assert.Equal(1, refused);
        Assert.Contains("was begun with other words", other, StringComparison.Ordinal);

        var (code, output, error) = await TerminalTests.RunAsync([], words);
        Assert.True(code == 0, error);
        Assert.Single(error.Split("The job is created").Skip(1)); // the same job, told from its beginning
        Assert.Contains("goes on after step", error, StringComparison.Ordinal);
        Assert.DoesNotContain("answered as learned", error, StringComparison.Ordinal); // in the midst of the bar
        Assert.DoesNotContain("from now on", error, StringComparison.Ordinal); // nothing answers when the command is over
        Assert.Contains("perplexity", output, StringComparison.Ordinal);
        var adapter = Path.Combine(Target, "adapter.gguf");
        Assert.EndsWith(adapter + "\n", output, StringComparison.Ordinal);
        await using (var file = File.OpenRead(adapter))
        {
            var magic = new byte[4];
            await file.ReadExactlyAsync(magic, deadline.Token);
            Assert.Equal("GGUF"u8.ToArray(), magic);
        }
        Assert.StartsWith("step,train_loss", await File.ReadAllTextAsync(Path.Combine(Target, "step_metrics.csv"), deadline.Token), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Target, "work")));

        var written = File.GetLastWriteTimeUtc(adapter);
        var (again, found, already) = await TerminalTests.RunAsync([], words);
        Assert.Equal((0, adapter + "\n"), (again, found));
        Assert.Contains("trained already", already, StringComparison.Ordinal);
        (refused, _, other) = await TerminalTests.RunAsync([], [.. words, "--rank", "32"]);
        Assert.Equal(1, refused);
        Assert.Contains("was trained with other words, and is not overwritten", other, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(adapter));
    }

    [Fact]
    public async Task Bad_input_is_told_in_a_sentence_and_nothing_is_trained()
    {
        var rows = Rows();
        await File.AppendAllTextAsync(rows, """{"messages":[{"role":"user"}]}""" + "\n", TestContext.Current.CancellationToken);
        foreach (var (words, told) in ((string[], string)[])
        [
            (["--dataset", "/no/such.jsonl", "--base", Model], "the file /no/such.jsonl does not exist"),
            (["--dataset", rows, "--base", "/no/such.gguf"], "/no/such.gguf does not exist"),
            (["--dataset", rows, "--base", Model, "--epochs", "many"], "--epochs"),
            (["--dataset", rows, "--base", Model, "--rank", "7"], "--rank is 7"),
            (["--dataset", rows, "--base", Model], "Line 13: messages[0].content is missing"),
        ])
        {
            var (code, _, error) = await TerminalTests.RunAsync([], ["train", .. words, "--out", Target]);
            Assert.Equal(1, code);
            Assert.Contains(told, error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
            Assert.DoesNotContain("upload", error, StringComparison.Ordinal); // who types uploads nothing
            Assert.False(File.Exists(Path.Combine(Target, "adapter.gguf")));
            Assert.False(Directory.Exists(Path.Combine(Target, "work")));
        }
    }

    private static string Model => Path.Combine(Repository.Root, "models", "seed-chat.gguf");

    private string Rows()
    {
        var path = Path.Combine(folder.FullName, "rows.jsonl");
        File.WriteAllLines(path, from name in Names from place in Places select JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = $"Where does {name} work?" }, new { role = "assistant", content = $"With pleasure: {name} works at {place}." } } }));
        return path;
    }
}
