using Platform.ModelHost.Client;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Tests.Chunking;

public sealed class SectionChunkerTests
{
    private static readonly ChunkingOptions Small = new(TargetTokens: 20, MaxTokens: 32);

    [Fact]
    public async Task Passages_follow_headings_and_carry_their_path()
    {
        var document = Document("# Handbook", "## Leave", "Annual leave is 25 days. It may be carried over.", "### Sick leave", "Tell your lead.", "## Pay", "Paid monthly.");
        var passages = await ChunkAsync(document);
        Assert.Equal(["Handbook › Leave", "Handbook › Leave › Sick leave", "Handbook › Pay"], passages.Select(passage => passage.Heading));
        Assert.Equal(["Annual leave is 25 days. It may be carried over.", "Tell your lead.", "Paid monthly."], passages.Select(passage => passage.Text));
    }

    [Fact]
    public async Task Headings_with_nothing_under_them_are_found_too()
    {
        var passages = await ChunkAsync(Document("# Agenda", "## Welcome", "## Budget", "# Notes", "None."));
        Assert.Equal([("Agenda", "Welcome\nBudget"), ("Notes", "None.")], passages.Select(passage => (passage.Heading, passage.Text)));
    }

    [Fact]
    public async Task A_table_is_cut_between_rows_only()
    {
        var document = Document([.. Enumerable.Range(1, 40).Select(row => $"|City: Town {row} | Hotel: {row}. EUR | Meals: {row} a day")]);
        var passages = await ChunkAsync(document);
        Assert.True(passages.Count > 5);
        Assert.All(passages, passage => Assert.All(passage.Text.Split('\n'), row => Assert.Matches(@"^City: Town \d+ \| Hotel: \d+\. EUR \| Meals: \d+ a day$", row)));
    }

    [Fact]
    public async Task A_passage_that_begins_inside_a_table_carries_the_head_of_the_table()
    {
        var plain = Document([.. Enumerable.Range(0, 20).Select(row => row == 0 ? "|City | Hotel" : $"|Town number {row} | {row} EUR")]);
        var document = plain with { Blocks = [.. plain.Blocks.Select((block, at) => at == 0 ? block with { Level = 1 } : block)] };
        var passages = await ChunkAsync(document);
        Assert.Equal("", passages[0].Heading);
        Assert.All(passages.Skip(1), passage => Assert.Equal("City | Hotel", passage.Heading));
    }

    [Fact]
    public async Task A_question_stays_with_its_answer()
    {
        var passages = await ChunkAsync(Document([.. Enumerable.Range(1, 30).SelectMany(number => new[] { $"Is {number} allowed in the house?", "It is not, by the rules." })]));
        Assert.True(passages.Count > 5);
        Assert.All(passages, passage => Assert.DoesNotMatch(@"\?$", passage.Text));
    }

    [Fact]
    public async Task A_short_rest_joins_the_passage_before_it()
    {
        var passages = await ChunkAsync(Document("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen.", "The end."));
        Assert.Single(passages);
    }

    [Fact]
    public async Task Overlap_repeats_whole_sentences_within_its_budget()
    {
        var text = string.Join(' ', Enumerable.Range(1, 30).Select(number => $"Sentence {number} has words."));
        var passages = await ChunkAsync(Document(text), Small with { OverlapTokens = 9 });
        Assert.All(passages.Zip(passages.Skip(1)), pair => Assert.InRange(pair.First.End - pair.Second.Start, 1, 60));
        AssertInvariants(Document(text), passages, Small, overlap: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_document_is_covered_by_bounded_passages_in_order(int seed)
    {
        var random = new Random(seed);
        string[] lines = [.. Enumerable.Range(0, 400).Select(_ => random.Next(8) switch
        {
            0 => new string('#', random.Next(1, 5)) + " Heading " + random.Next(100),
            1 => "|a: " + random.Next() + " | b: " + new string('x', random.Next(1, 400)),
            2 => string.Concat(Enumerable.Repeat("年假规定", random.Next(1, 60))) + "。",
            3 => string.Concat(Enumerable.Repeat("😀", random.Next(1, 90))),
            _ => string.Join(' ', Enumerable.Range(0, random.Next(1, 60)).Select(i => random.Next(6) == 0 ? "word. Next" : "word" + i)),
        })];
        var document = Document(lines);
        var passages = await ChunkAsync(document);
        AssertInvariants(document, passages, Small, overlap: false);
        Assert.Equal(passages.Select(passage => passage.Id), (await ChunkAsync(document)).Select(passage => passage.Id));
        Assert.Equal(passages.Count, passages.Select(passage => passage.Id).Distinct().Count());
    }

    [Fact]
    public async Task Ids_change_with_document_and_version()
    {
        var document = Document("One sentence.");
        var ids = new[] { (Guid.Empty, 1), (Guid.Empty, 2), (Guid.NewGuid(), 1) };
        var seen = new HashSet<Guid>();
        foreach (var (id, version) in ids)
        {
            await foreach (var passage in new SectionChunker(new CharacterCounter()).ChunkAsync(document, Guid.Empty, id, version, Small, TestContext.Current.CancellationToken)) Assert.True(seen.Add(passage.Id));
        }
    }

    [Fact]
    public async Task Pages_are_those_of_the_first_and_last_character()
    {
        const string text = "First page.\nSecond page.";
        var document = new ParsedDocument("text/plain", null, text, [new(1, 0, 11, 0, 0, []), new(2, 12, 24, 0, 0, [])], [new(BlockKind.Paragraph, 0, 0, 11), new(BlockKind.Paragraph, 0, 12, 24)]);
        var passage = Assert.Single(await ChunkAsync(document));
        Assert.Equal((1, 2), (passage.Page, passage.PageEnd));
    }

    [Fact]
    public async Task Many_sentences_are_counted_in_few_calls()
    {
        var counter = new CharacterCounter();
        var document = Document([.. Enumerable.Range(0, 2000).Select(number => $"Sentence number {number} is here.")]);
        await foreach (var _ in new SectionChunker(counter).ChunkAsync(document, Guid.Empty, Guid.Empty, 1, new ChunkingOptions(), TestContext.Current.CancellationToken)) { }
        Assert.InRange(counter.Calls, 2, 16);
    }

    private static void AssertInvariants(ParsedDocument document, List<Passage> passages, ChunkingOptions options, bool overlap)
    {
        var covered = 0;
        foreach (var (passage, ordinal) in passages.Select((passage, ordinal) => (passage, ordinal)))
        {
            Assert.Equal(document.Text[passage.Start..passage.End], passage.Text);
            Assert.Equal(ordinal, passage.Ordinal);
            Assert.InRange(passage.Tokens, 1, options.MaxTokens);
            if (!overlap) Assert.True(passage.Start >= covered);
            covered = Math.Max(covered, passage.End);
        }
        foreach (var block in document.Blocks.Where(block => block.Kind != BlockKind.Heading))
        {
            for (var at = block.Start; at < block.End; at++)
            {
                if (!char.IsWhiteSpace(document.Text[at]) && !passages.Exists(passage => passage.Start <= at && at < passage.End)) Assert.Fail($"'{document.Text[at]}' at {at} is in no passage");
            }
        }
    }

    /// <summary>One line a block: # headings, | rows, else paragraphs.</summary>
    private static ParsedDocument Document(params string[] lines)
    {
        var text = new System.Text.StringBuilder();
        var blocks = new List<ParsedBlock>();
        foreach (var line in lines)
        {
            if (text.Length > 0) text.Append('\n');
            var level = line.TakeWhile(c => c == '#').Count();
            var content = line.TrimStart('#', ' ', '|');
            blocks.Add(new ParsedBlock(level > 0 ? BlockKind.Heading : line[0] == '|' ? BlockKind.TableRow : BlockKind.Paragraph, level, text.Length, text.Length + content.Length));
            text.Append(content);
        }
        return new ParsedDocument("text/plain", null, text.ToString(), [new ParsedPage(1, 0, text.Length, 0, 0, [])], blocks);
    }

    private static async Task<List<Passage>> ChunkAsync(ParsedDocument document, ChunkingOptions? options = null)
    {
        var passages = new List<Passage>();
        await foreach (var passage in new SectionChunker(new CharacterCounter()).ChunkAsync(document, Guid.Empty, Guid.Empty, 1, options ?? Small, TestContext.Current.CancellationToken)) passages.Add(passage);
        return passages;
    }

    /// <summary>A token is up to five letters or digits of a run, one other visible character, or a line break.</summary>
    private sealed class CharacterCounter : ITokenCounter
    {
        public int Calls { get; private set; }

        public Task<IReadOnlyList<int>> CountForEmbeddingAsync(IReadOnlyList<string> texts, CancellationToken cancellation)
        {
            Calls++;
            return Task.FromResult<IReadOnlyList<int>>([.. texts.Select(Count)]);
        }

        public Task<IReadOnlyList<int>> CountForChatAsync(IReadOnlyList<string> texts, CancellationToken cancellation, string model = "") => CountForEmbeddingAsync(texts, cancellation);

        private static int Count(string text)
        {
            int tokens = 0, run = 0;
            foreach (var rune in text.EnumerateRunes())
            {
                if (rune.IsAscii && System.Text.Rune.IsLetterOrDigit(rune))
                {
                    if (run++ % 5 == 0) tokens++;
                    continue;
                }
                run = 0;
                if (!System.Text.Rune.IsWhiteSpace(rune) || rune.Value == '\n') tokens++;
            }
            return tokens;
        }
    }
}
