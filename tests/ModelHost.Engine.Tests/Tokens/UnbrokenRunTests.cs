using System.Text;
using Platform.ModelHost.Engine.Tests.Templates;
using Platform.ModelHost.Engine.Tests.Work;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Tests.Tokens;

/// <summary>Runs of letters, spaces or signs that overrun the stack of llama.cpp's splitters of words when they come in one piece.</summary>
public sealed class UnbrokenRunTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("runs-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>In a child, which would end by a signal: this process tokenizes nothing of it.</summary>
    [Fact]
    public async Task A_hundred_thousand_characters_without_a_break_are_tokens_and_no_crash()
    {
        (string Splitter, string Unit)[] hostile = [("gpt-4o", "A"), ("gpt-4o", "./\n"), ("tekken", "中"), ("deepseek-v3", " "), ("exaone-moe", "ab "), ("bloom", "aG9+7/"), ("superbpe", "7")];
        await using var working = new WorkingEngine();
        foreach (var splitter in hostile.Select(h => h.Splitter).Distinct()) { TinyByteModel.Write(Path.Combine(working.Models, splitter + ".gguf"), splitter); }
        await working.StartAsync(withModels: false);
        foreach (var (splitter, unit) in hostile)
        {
            var text = new StringBuilder().Insert(0, unit, 100_000 / unit.Length).ToString();
            var found = await working.Engine.Work.Measure.RunAsync(new PerplexityRequest("job", splitter, text, null, 40), _ => { }, Cancellation);
            Assert.Equal(40, found.Tokens);
        }
    }

    [Theory]
    [InlineData("gpt-4o")]
    [InlineData("gpt-2")]
    [InlineData("llama-bpe")]
    [InlineData("qwen2")]
    [InlineData("deepseek-v3")]
    [InlineData("tekken")]
    public void Ordinary_texts_have_the_tokens_that_llama_cpp_gives_them(string splitter)
    {
        using var model = Load(splitter);
        var tokenizer = new Tokenizer(model);
        var texts = GoldenFiles.Families().SelectMany(f => GoldenFiles.Read(f.Golden).EnumerateObject()).Select(c => c.Value.EnumerateObject().First().Value.GetString()!).ToArray();
        string[] prose =
        [
            .. texts, string.Join('\n', texts), string.Concat(Enumerable.Repeat("Well, they said: the snake_case isn't \"the\" end! ", 200)), string.Concat(Enumerable.Repeat("12 345,6\t7\r\n    def the():\n", 100)),
            string.Concat(Enumerable.Repeat("the words go on and on without a stop or a sign ", 60)), string.Concat(Enumerable.Repeat("在这一段很长的文字里，没有空格；却有许多标点。", 90)), // cut, and where every splitter ends a word
        ];
        Assert.True(prose.Length > 300);
        Assert.All(prose, text => Assert.Equal(model.Tokenize(text, addSpecial: true, parseSpecial: true), tokenizer.Encode(text, addSpecial: true, parseSpecial: true)));
    }

    [Fact]
    public void A_cut_tears_no_character_and_no_mark_and_what_is_added_is_added_once()
    {
        using var model = Load("gpt-4o");
        var tokenizer = new Tokenizer(model);
        var (begin, end) = (model.Begin.Token!.Value, model.End.Token!.Value);
        for (var letters = UnbrokenRuns.Most - 10; letters <= UnbrokenRuns.Most + 2; letters++)
        {
            var text = new string('+', letters) + TinyByteModel.Mark + "😀" + new string('+', 2 * UnbrokenRuns.Most);
            var tokens = tokenizer.Encode(text, addSpecial: true, parseSpecial: true);
            Assert.Equal(3, tokens.Count(token => token == begin)); // begin, mark and end are one token here
            Assert.Equal((begin, end, begin), (tokens[0], tokens[^1], tokens[letters + 1]));
            Assert.Equal(text, tokenizer.Decode(tokens[1..^1]));
        }
    }

    private SafeLlamaModelHandle Load(string splitter)
    {
        _ = LlamaLibrary.Load();
        var file = Path.Combine(folder.FullName, splitter + ".gguf");
        TinyByteModel.Write(file, splitter);
        return SafeLlamaModelHandle.Load(file, new ModelLoadOptions(0), Cancellation);
    }
}
