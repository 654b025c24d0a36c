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
        foreach (var other in new[] { await WordsAsync(others, null, "seed.gguf", wish), await WordsAsync(rows, others, "seed.gguf", wish), await WordsAsync(rows, null, "other.gguf", wish), await WordsAsync(rows, null, "seed.gguf", wish with { Rank = 32 }), await WordsAsync(rows, null, "seed.gguf", wish with { Seed = 7 }) })
        {
            Assert.NotEqual(words, other);
        }
        Assert.InRange(words.Length, 1, 512); // as the service keeps it
    }

    private static Task<string> WordsAsync(FileInfo rows, FileInfo? held, string model, TuningRequest wish) => TrainCommand.WordsAsync([rows, held], model, wish, TestContext.Current.CancellationToken);

    private FileInfo Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return new FileInfo(path);
    }
}
