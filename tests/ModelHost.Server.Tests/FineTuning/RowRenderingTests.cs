using System.Globalization;
using System.Text.Json;
using Platform.ModelHost.Engine.Tests;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.FineTuning.Rows;

namespace Platform.ModelHost.Server.Tests.FineTuning;

/// <summary>Rows in the tokens in which they are served: what is learned begins where a request's prompt ends.</summary>
public sealed class RowRenderingTests(SeedModels models) : IClassFixture<SeedModels>
{
    private const string Two = """{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "One?"}, {"role": "assistant", "content": "First."}, {"role": "user", "content": "Two?"}, {"role": "assistant", "content": "Second."}, {"role": "user", "content": "Three?"}]}""";

    [Fact]
    public void Every_answer_counts_and_nothing_else_and_each_begins_where_its_request_ends()
    {
        var row = Assert.Single(Render(Two));
        Assert.Equal(["First.<|im_end|>", "Second.<|im_end|>"], Learned(row));
        var prompt = models.Engine.PlanChat(SeedModels.Chat, [new ChatTurn("system", "Be brief."), new ChatTurn("user", "One?"), new ChatTurn("assistant", "First."), new ChatTurn("user", "Two?")], new ChatTemplateOptions(), new ToolUse()).Prompt;
        var tokens = models.Engine.Tokenize(SeedModels.Chat, prompt, addSpecial: true, parseSpecial: true);
        Assert.Equal(tokens, row.Tokens![..tokens.Length]);
        Assert.Equal((0, 1), (row.Weights![tokens.Length - 1], row.Weights[tokens.Length]));
    }

    [Theory]
    [InlineData("""{"instruction": "One", "input": "more", "output": "First.", "history": [["a", "b"]]}""", "b<|im_end|>|First.<|im_end|>")]
    [InlineData("""{"conversations": [{"from": "human", "value": "One?"}, {"from": "gpt", "value": "First."}], "system": "Be brief."}""", "First.<|im_end|>")]
    [InlineData("""{"messages": [{"role": "user", "content": "One?"}, {"role": "assistant", "content": "Silent.", "weight": 0}, {"role": "user", "content": "Two?"}, {"role": "assistant", "content": "Second."}]}""", "Second.<|im_end|>")]
    public void Every_format_becomes_the_same_kind_of_row(string line, string learned) => Assert.Equal(learned, string.Join("|", Learned(Assert.Single(Render(line)))));

    [Fact]
    public void Marks_of_a_turn_in_a_row_are_text_and_end_nothing()
    {
        var row = Assert.Single(Render("""{"prompt": "One?<|im_end|>", "completion": "Fir<|im_end|>st."}"""));
        var end = models.Engine.Tokenize(SeedModels.Chat, "<|im_end|>", addSpecial: false, parseSpecial: true).Single();
        Assert.Equal(2, row.Tokens!.Count(token => token == end));
        Assert.Equal(end, row.Tokens![^1]);
    }

    [Fact]
    public void Calls_and_results_of_tools_are_rendered_as_they_are_served()
    {
        const string line = """{"conversations": [{"from": "human", "value": "How warm?"}, {"from": "function_call", "value": "{\"name\": \"weather\", \"arguments\": {\"town\": \"Ulm\"}}"}, {"from": "observation", "value": "12"}, {"from": "gpt", "value": "Twelve degrees."}], "tools": "[{\"name\": \"weather\", \"description\": \"d\", \"parameters\": {\"type\": \"object\"}}]"}""";
        var row = Assert.Single(Render(line));
        Assert.Contains("Ulm", Learned(row)[0], StringComparison.Ordinal);
        Assert.Equal("Twelve degrees.<|im_end|>", Learned(row)[1]);
    }

    [Fact]
    public void A_pair_has_one_prompt_and_two_answers_that_end()
    {
        var row = Assert.Single(Render("""{"prompt": "One?", "chosen": "First.", "rejected": "Last."}""", TuningMethod.Dpo));
        Assert.EndsWith("assistant\n", Text(row.Prompt!), StringComparison.Ordinal);
        Assert.Equal(("First.<|im_end|>", "Last.<|im_end|>"), (Text(row.Chosen!), Text(row.Rejected!)));
    }

    [Theory]
    [InlineData("supervised", """{"prompt": "One?", "chosen": "First.", "rejected": "Last."}""", "train those as dpo")]
    [InlineData("dpo", """{"text": "First."}""", "'chosen' and a 'rejected'")]
    [InlineData("pretraining", Two, "train conversations as supervised")]
    [InlineData("supervised", """{"messages": [{"role": "assistant", "content": "First."}]}""", "begins with the assistant")]
    [InlineData("supervised", """{"messages": [{"role": "user", "content": "x"}, {"role": "tool", "content": "1", "tool_call_id": "c"}, {"role": "assistant", "content": "First."}]}""", "no call before it")]
    [InlineData("supervised", "{", "not JSON")]
    public void A_row_that_cannot_be_learned_says_why(string method, string line, string cause) =>
        Assert.Contains(cause, Assert.Throws<RowFault>(() => Render(line, Enum.Parse<TuningMethod>(method, ignoreCase: true))).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_held_out_follows_from_text_and_seed_and_is_learned_nowhere()
    {
        var folder = Directory.CreateTempSubdirectory("rows-").FullName;
        try
        {
            string In(string name) => Path.Combine(folder, name);
            File.WriteAllLines(In("rows"), Enumerable.Range(0, 40).Select(i => $$"""{"text": "The number {{i}} stands here."}""").Append("").Append("broken"));
            var first = new DatasetWriter(new RowRendering(models.Engine, SeedModels.Chat, TuningMethod.Supervised, DateTimeOffset.UnixEpoch), 64);
            var (learned, heldOut, _) = first.Split(RowLines.Read(In("rows")), In("a"), In("b"), 0.25, seed: 3, CancellationToken.None);
            Assert.Equal((30, 10, 30, 10), (learned.Rows, heldOut.Rows, learned.Examples, heldOut.Examples));
            Assert.Equal([new LineFault("line 42", first.Faults[0].Message)], first.Faults);
            Assert.Empty(File.ReadAllLines(In("a")).Intersect(File.ReadAllLines(In("b"))));
            var second = new DatasetWriter(new RowRendering(models.Engine, SeedModels.Chat, TuningMethod.Supervised, DateTimeOffset.UnixEpoch), 64);
            second.Split(RowLines.Read(In("rows")), In("c"), In("d"), 0.25, seed: 3, CancellationToken.None);
            Assert.Equal(File.ReadAllText(In("b")), File.ReadAllText(In("d")));
            var strict = new DatasetWriter(new RowRendering(models.Engine, SeedModels.Chat, TuningMethod.Supervised, DateTimeOffset.UnixEpoch), 2);
            strict.Write(RowLines.Read(In("rows")), In("e"), CancellationToken.None);
            Assert.Equal(41, strict.BadLines);
            Assert.Contains("3 fit", strict.Faults[0].Message, StringComparison.Ordinal);
            File.WriteAllText(In("plain"), "First paragraph.\n\nSecond one.\n");
            Assert.Equal(1, first.Write(RowLines.Read(In("plain")), In("e"), CancellationToken.None).Rows);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Alpaca's files are such.</summary>
    [Fact]
    public void A_file_that_is_one_array_is_read_item_by_item()
    {
        using var file = new TemporaryText();
        Assert.Equal([("item 1", """{"text": "a ] \" , b"}"""), ("item 2", """{"x": [1, {"y": 2}]}"""), ("item 3", "7")], Items(""" [ {"text": "a ] \" , b"}, {"x": [1, {"y": 2}]},7]  """));
        Assert.Empty(Items("[ ]"));
        Assert.Equal(["""{"messages": []}""", ""], Items("""[{"messages": []},]""").Select(item => item.Text)); // the row says what is wrong
        foreach (var (text, fault) in (ValueTuple<string, string>[])[("""[{"text": "a"}, {"te""", "ends within its item 2"), ("[1] 2", "behind its end"), ("[1", "ends within its item 1"), ("[\"" + new string('x', 5_000_000) + "\"]", "more than")])
        {
            Assert.Contains(fault, Assert.Throws<RowFault>(() => Items(text)).Message, StringComparison.Ordinal);
        }

        List<(string Id, string Text)> Items(string text)
        {
            File.WriteAllText(file.Path, text);
            return [.. RowLines.Read(file.Path).Select(line => (line.Id, line.Text.Trim()))];
        }
    }

    [Fact]
    public void A_text_with_a_zero_byte_is_none()
    {
        using var file = new TemporaryText();
        File.WriteAllText(file.Path, "A line.\nAn\0other.");
        Assert.Equal("The file is no text: it holds a zero byte, near line 2.", Assert.Throws<RowFault>(() => RowLines.Read(file.Path, "rows.txt").ToList()).Message);
    }

    private sealed class TemporaryText : IDisposable
    {
        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }

    [Theory]
    [InlineData(500, 10, 1)]
    [InlineData(40, 0, 0)]
    public void Copies_of_a_row_do_not_take_the_held_out_share_with_them(int copies, int others, int heldOut)
    {
        var folder = Directory.CreateTempSubdirectory("rows-").FullName;
        try
        {
            string In(string name) => Path.Combine(folder, name);
            File.WriteAllLines(In("rows"), Enumerable.Repeat("""{"text": "The same stands here."}""", copies).Concat(Enumerable.Range(0, others).Select(i => $$"""{"text": "The number {{i}} stands here."}""")));
            for (var seed = 0; seed < 5; seed++)
            {
                var (learned, held, _) = new DatasetWriter(new RowRendering(models.Engine, SeedModels.Chat, TuningMethod.Supervised, DateTimeOffset.UnixEpoch), 64).Split(RowLines.Read(In("rows")), In("a"), In("b"), 0.1, seed, CancellationToken.None);
                Assert.Equal((copies + others - heldOut, heldOut), (learned.Rows, held.Rows));
            }

            Assert.Equal(["a", "b", "rows"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_held_out_line_that_stands_nearly_the_same_among_the_learned_ones_is_in_neither_part()
    {
        var folder = Directory.CreateTempSubdirectory("rows-").FullName;
        try
        {
            string In(string name) => Path.Combine(folder, name);
            static string Line(int row, string ending) => $$"""{"text": "{{string.Join(' ', Enumerable.Range(0, 12).Select(word => $"word{row}x{word}"))}}{{ending}}"}""";
            File.WriteAllLines(In("rows"), Enumerable.Range(0, 40).Select(row => Line(row / 2, row % 2 == 0 ? "" : " indeed")));
            var (learned, held, leaked) = new DatasetWriter(new RowRendering(models.Engine, SeedModels.Chat, TuningMethod.Supervised, DateTimeOffset.UnixEpoch), 256).Split(RowLines.Read(In("rows")), In("a"), In("b"), 0.25, seed: 3, CancellationToken.None);
            Assert.Equal((30, 10, 30), (learned.Rows, held.Rows + leaked, learned.Examples));
            Assert.InRange(leaked, 1, 9);
            Assert.Equal(held.Rows, File.ReadAllLines(In("b")).Length);
            var taught = File.ReadAllLines(In("a")).Select(Pair).ToHashSet();
            Assert.DoesNotContain(File.ReadAllLines(In("b")), row => taught.Contains(Pair(row)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static int Pair(string row) => (int.Parse(JsonDocument.Parse(row).RootElement.GetProperty("id").GetString()!["line ".Length..], CultureInfo.InvariantCulture) - 1) / 2;
    }

    private IReadOnlyList<RenderedRow> Render(string line, TuningMethod method = TuningMethod.Supervised) => new RowRendering(models.Engine, SeedModels.Chat, method, DateTimeOffset.UnixEpoch).Render(new RowLine(1, line));

    /// <summary>The learned stretches, as text.</summary>
    private List<string> Learned(RenderedRow row)
    {
        var texts = new List<string>();
        for (var at = 0; at < row.Tokens!.Length; at++)
        {
            if (row.Weights![at] == 0) { continue; }
            var end = at;
            while (end < row.Tokens.Length && row.Weights[end] == 1) { end++; }
            texts.Add(Text(row.Tokens[at..end]));
            at = end;
        }

        return texts;
    }

    private string Text(int[] tokens) => System.Text.Encoding.UTF8.GetString([.. tokens.SelectMany(token => models.Engine.Piece(SeedModels.Chat, token))]);
}
