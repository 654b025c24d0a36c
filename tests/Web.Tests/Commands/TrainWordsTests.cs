using Platform.ModelHost.Client.Admin.Tuning;
using Platform.Web.Commands;

namespace Platform.Web.Tests.Commands;

/// <summary>By what `train` knows that it goes on with the same job.</summary>
public sealed class TrainWordsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("words-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Other_rows_another_base_or_other_options_are_another_job_and_the_same_rows_elsewhere_are_not()
    {
        var (rows, same, others) = (Write("rows.jsonl", "a"), Write("moved.jsonl", "a"), Write("others.jsonl", "b"));
        var wish = new TuningRequest("", "") { Rank = 16, Seed = 42 };
        var words = await WordsAsync(rows, null, "seed.gguf", wish);
        Assert.Equal(words, await WordsAsync(same, null, "seed.gguf", wish));
        foreach (var other in new[] { await WordsAsync(others, null, "seed.gguf", wish), await WordsAsync(rows, others, "seed.gguf", wish), await WordsAsync(rows, null, "other.gguf", wish), await WordsAsync(rows, null, "seed.gguf", wish with { Rank = 32 }), await WordsAsync(rows, null, "seed.gguf", wish with { Seed = 7 }), await WordsAsync(rows, null, "seed.gguf", wish with { Alpha = 8 }), await WordsAsync(rows, null, "seed.gguf", wish with { StopsEarly = false }) })
        {
            Assert.NotEqual(words, other);
        }
        var (model, copy) = (Write("base.gguf", "weights").FullName, Write("copy.gguf", "weights").FullName);
        var based = await WordsAsync(rows, null, model, wish);
        Assert.Equal(based, await WordsAsync(rows, null, copy, wish));
        Write("base.gguf", "other weights");
        Assert.NotEqual(based, await WordsAsync(rows, null, model, wish));
        Assert.DoesNotContain(" ,", words, StringComparison.Ordinal); // what was not chosen is not named
        Assert.InRange(words.Length, 1, 512); // as the service keeps it
        var (many, more) = (wish with { Targets = [.. Enumerable.Repeat("gate", 90)] }, wish with { Targets = [.. Enumerable.Repeat("gate", 91)] });
        Assert.NotEqual(await WordsAsync(rows, null, "seed.gguf", many), await WordsAsync(rows, null, "seed.gguf", more));
        Assert.InRange((await WordsAsync(rows, null, "seed.gguf", more)).Length, 1, 512);
    }

    [Fact]
    public void What_was_typed_is_what_the_service_is_asked_for_and_a_refusal_is_told_in_the_names_that_were_typed()
    {
        TrainOptions options = new();
        System.CommandLine.RootCommand command = [];
        options.All.ToList().ForEach(command.Add);
        var wish = options.Read(command.Parse("--rank 32 --alpha 8 --targets q v --max-steps 9 --no-early-stopping --held-out 0.2 --evaluate-every 5"));
        Assert.Equal((32, 8.0, 9, false, 0.2, 5, 42L), (wish.Rank, wish.Alpha, wish.MaxSteps, wish.StopsEarly, wish.ValidationShare, wish.EvaluateEvery, wish.Seed));
        Assert.Equal(["q", "v"], wish.Targets);
        Assert.Equal(["q", "v", "o"], options.Read(command.Parse("--targets q,v, o")).Targets);
        Assert.Null(wish.Epochs);
        Assert.Equal("--rank is 7; it must be 16 to 512.", options.Typed("'lora.r' is 7; it must be 16 to 512."));
        Assert.Equal("--epochs is 0; it must be 1 to 1000.", options.Typed("'method.supervised.hyperparameters.n_epochs' is 0; it must be 1 to 1000."));
        Assert.Equal("--device is tpu; leave --device out.", options.Typed("'device' is tpu; leave 'device' out."));
        Assert.Equal("--targets must be all-linear, or a list of q, k.", options.Typed("'method.supervised.hyperparameters.lora.target_modules' must be all-linear, or a list of q_proj, k_proj."));
    }

    [Fact]
    public void The_bar_is_not_broken_up_by_what_each_evaluation_came_to_and_bad_rows_are_told_once()
    {
        TuningEvent Told(string level, string message, string? code = null, params string[]? rows) => new("e", null, level, message, "message", null, rows) { Code = code };
        Assert.Null(TrainCommand.Line(Told("info", "5 prompts were answered as learned after step 7.", "answered"), false));
        Assert.Null(TrainCommand.Line(Told("info", "The adapter is a@1, a draft, and answers as seed:a@1 from now on.", "draft_made"), false));
        Assert.Equal("Line 3: no answer.", TrainCommand.Line(Told("error", "Line 3: no answer.", null, "line 3"), true));
        Assert.Null(TrainCommand.Line(Told("error", "1 line cannot be trained on: line 3: no answer.", null, null), true));
        Assert.Equal("The disk is full.", TrainCommand.Line(Told("error", "The disk is full.", "space", null), false));
        Assert.Equal("Trained.", TrainCommand.Line(Told("info", "Trained.", "trained"), true));
    }

    /// <summary>What is refused must not have touched what was begun: it is known before anything is started.</summary>
    [Fact]
    public void What_was_begun_is_gone_on_with_by_the_same_words_and_under_the_bases_own_name()
    {
        DirectoryInfo target = new(Path.Combine(folder, "out"));
        Assert.Null(TrainCommand.Refusal(target, "dataset a", "/models/base.gguf"));
        Directory.CreateDirectory(Path.Combine(target.FullName, "work"));
        File.WriteAllText(Path.Combine(target.FullName, "work", "words.txt"), "dataset a\nbase.gguf\n");
        Assert.Null(TrainCommand.Refusal(target, "dataset a", "/moved/base.gguf"));
        Assert.Contains("was begun with other words", TrainCommand.Refusal(target, "dataset b", "/models/base.gguf"), StringComparison.Ordinal);
        Assert.Contains("was begun with the base base.gguf", TrainCommand.Refusal(target, "dataset a", "/models/copy.gguf"), StringComparison.Ordinal);
    }

    /// <summary>Its heads and separators would be learned as prose, without a word.</summary>
    [Theory]
    [InlineData("rows.CSV", "a,b", "is a table")]
    [InlineData("rows.xlsx", "x", "is a table")]
    [InlineData("rows.jsonl", "{\"text\":\"x\"}", null)]
    [InlineData("rows.txt", "Once upon a time.", null)]
    [InlineData("rows.jsonl", "", "is empty")]
    [InlineData("rows.txt", "Once upon\0a time.", "is no text")]
    [InlineData("rows.jsonl", "%PDF-1.4\nplain", "is no plain text (application/pdf)")]
    [InlineData("rows.txt", "<html><body>x</body></html>", "is no plain text (text/html)")]
    public void What_is_no_text_is_known_by_its_bytes_and_a_table_by_its_name(string name, string content, string? why)
    {
        var told = TrainCommand.Unusable(Write(name, content));
        if (why is null)
        {
            Assert.Null(told);
        }
        else
        {
            Assert.Contains(why, told, StringComparison.Ordinal);
        }
    }

    private static Task<string> WordsAsync(FileInfo rows, FileInfo? held, string model, TuningRequest wish) => TrainCommand.WordsAsync([rows, held], model, wish, TestContext.Current.CancellationToken);

    private FileInfo Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return new FileInfo(path);
    }
}
