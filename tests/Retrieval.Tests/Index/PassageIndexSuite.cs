using Platform.Fakes;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Index;

namespace Platform.Retrieval.Tests.Index;

/// <summary>What every passage index must do. A further implementation runs it by deriving from it and making its index.</summary>
public abstract class PassageIndexSuite : IDisposable
{
    private const string Model = "hash";
    private static CancellationToken Token => TestContext.Current.CancellationToken;
    private readonly HashEmbeddings _embeddings = new();

    protected Guid Base { get; } = Guid.NewGuid();

    /// <summary>The index under test; the same one at each call within a test.</summary>
    protected abstract IPassageIndex Index { get; }

    /// <summary>Opens what the index has stored anew, as after a restart.</summary>
    protected abstract IPassageIndex Reopen();

    [Fact]
    public async Task Finds_by_words_in_text_and_heading_best_first()
    {
        Guid document = await AddAsync(Base, "Employees get thirty days of leave.", "The canteen opens at noon.", "Leave is asked for in writing; leave needs consent.");
        await AddUnderAsync(Base, "Parental leave", "It lasts up to a year.");
        IReadOnlyList<ScoredPassage> found = await Index.SearchLexicalAsync("When does the canteen open?", new([Base]), 5, Token);
        Assert.Equal("The canteen opens at noon.", found[0].Passage.Text);
        Assert.Equal((Base, document, 1), (found[0].Passage.BaseId, found[0].Passage.DocumentId, found[0].Passage.Ordinal));
        IReadOnlyList<ScoredPassage> leave = await Index.SearchLexicalAsync("parental leave", new([Base]), 5, Token);
        Assert.Equal(3, leave.Count);
        Assert.Equal("Parental leave", leave[0].Passage.Heading);
        Assert.Equal(leave.OrderByDescending(p => p.Score), leave);
        Assert.All(leave, p => Assert.True(p.Score > 0));
    }

    [Fact]
    public async Task Finds_Chinese_by_words()
    {
        await AddAsync(Base, "员工每年享有三十天年假。", "食堂中午十二点开门。");
        Assert.Equal("食堂中午十二点开门。", (await Index.SearchLexicalAsync("食堂什么时候开门？", new([Base]), 5, Token))[0].Passage.Text);
    }

    [Theory]
    [InlineData("3.5", "Interest is 3.5 per cent.")]
    [InlineData("HR-204", "Fill in form HR-204.")]
    [InlineData("C++", "Written in C++ by two people.")]
    [InlineData("C#", "Written in C# by three people.")]
    public async Task Finds_numbers_codes_and_names_with_signs(string question, string expected)
    {
        await AddAsync(Base, "Interest is 3.5 per cent.", "In 3 of 5 cases.", "Fill in form HR-204.", "Written in C++ by two people.", "Written in C# by three people.");
        Assert.Equal(expected, (await Index.SearchLexicalAsync(question, new([Base]), 5, Token))[0].Passage.Text);
        Assert.All((await Index.CountTermsAsync([.. Platform.Retrieval.Search.QueryTerms.ContentOf(question)], Token)).Holding, h => Assert.True(h.Value > 0));
    }

    [Fact]
    public async Task Finds_by_meaning_with_cosines_best_first()
    {
        await AddAsync(Base, "alpha beta gamma", "delta epsilon zeta", "alpha beta zeta");
        IReadOnlyList<ScoredPassage> found = await Index.SearchDenseAsync(_embeddings.Of("alpha beta gamma"), new([Base]), 2, Token);
        Assert.Equal(["alpha beta gamma", "alpha beta zeta"], found.Select(f => f.Passage.Text));
        Assert.Equal(1, found[0].Score, 1e-5);
        Assert.Equal(Cosine("alpha beta gamma", "alpha beta zeta"), found[1].Score, 1e-5);
    }

    [Fact]
    public async Task The_cosine_does_not_depend_on_the_length_of_the_vectors()
    {
        Passage passage = Make(Base, Guid.NewGuid(), 0, "alpha beta");
        await Index.WriteAsync(Base, passage.DocumentId, 1, Model, [new(passage, _embeddings.Of("alpha beta").Select(x => x * 7).ToArray())], Token);
        IReadOnlyList<ScoredPassage> found = await Index.SearchDenseAsync(_embeddings.Of("alpha beta").Select(x => x * 3).ToArray(), new([Base]), 1, Token);
        Assert.Equal(1, found[0].Score, 1e-5);
    }

    [Fact]
    public async Task Filters_act_inside_both_searches()
    {
        Guid other = Guid.NewGuid();
        Guid wanted = await AddAsync(Base, "secret plan of mine");
        Guid second = await AddAsync(Base, "secret plan of mine too");
        for (int i = 0; i < 200; i++)
        {
            await AddAsync(other, "secret plan of mine");
        }

        PassageFilter mine = new([Base, Guid.NewGuid()]);
        Assert.Equal([wanted, second], (await Index.SearchLexicalAsync("secret plan", mine, 10, Token)).Select(p => p.Passage.DocumentId));
        Assert.Equal([wanted, second], (await Index.SearchDenseAsync(_embeddings.Of("secret plan of mine"), mine, 10, Token)).Select(p => p.Passage.DocumentId));
        PassageFilter one = new([Base], [second]);
        Assert.Equal(second, Assert.Single(await Index.SearchLexicalAsync("secret plan", one, 10, Token)).Passage.DocumentId);
        Assert.Equal(second, Assert.Single(await Index.SearchDenseAsync(_embeddings.Of("secret plan"), one, 10, Token)).Passage.DocumentId);
        Assert.Empty(await Index.SearchLexicalAsync("secret plan", new([other], [second]), 10, Token));
        Assert.Empty(await Index.SearchDenseAsync(_embeddings.Of("secret plan"), new([other], [second]), 10, Token));
        foreach (PassageFilter nothing in new[] { new PassageFilter([]), new([Base], []) })
        {
            Assert.Empty(await Index.SearchLexicalAsync("secret plan", nothing, 10, Token));
            Assert.Empty(await Index.SearchDenseAsync(_embeddings.Of("secret plan"), nothing, 10, Token));
        }
    }

    [Fact]
    public async Task Replacing_a_document_leaves_only_the_new_passages()
    {
        Guid document = await AddAsync(Base, "old words here", "old words there", "more of them");
        await WriteAsync(Base, document, "", ["fresh text"]);
        Assert.Equal(["fresh text"], (await Index.ListAsync(Base, document, 1, Token)).Select(p => p.Text));
        Assert.Empty(await Index.SearchLexicalAsync("old words", new([Base]), 5, Token));
        Assert.Equal("fresh text", Assert.Single(await Index.SearchDenseAsync(_embeddings.Of("old words here"), new([Base]), 5, Token)).Passage.Text);
        Assert.Equal(1, (await Index.CountTermsAsync([], Token)).Passages);
    }

    [Fact]
    public async Task Deleting_really_deletes_text_vectors_and_statistics_fault_31()
    {
        Guid kept = await AddAsync(Base, "common word and rare word", "common again", "nothing of it");
        IReadOnlyList<ScoredPassage> before = await Index.SearchLexicalAsync("common rare", new([Base]), 5, Token);
        Guid deleted = await AddAsync(Base, "common common common", "rare rare", "common and rare");
        Guid otherBase = Guid.NewGuid();
        await AddAsync(otherBase, "common rare");
        await Index.DeleteDocumentAsync(Base, deleted, Token);
        await Index.DeleteBaseAsync(otherBase, Token);
        IReadOnlyList<ScoredPassage> after = await Index.SearchLexicalAsync("common rare", new([Base]), 5, Token);
        Assert.Equal(before.Select(p => (p.Passage.Id, Math.Round(p.Score, 9))), after.Select(p => (p.Passage.Id, Math.Round(p.Score, 9))));
        Assert.All(await Index.SearchDenseAsync(_embeddings.Of("rare rare"), new([Base, otherBase]), 10, Token), p => Assert.Equal(kept, p.Passage.DocumentId));
        Assert.Empty(await Index.ListAsync(Base, deleted, 1, Token));
        TermCounts counts = await Index.CountTermsAsync(["common", "rare", "canteen"], Token);
        Assert.Equal(3, counts.Passages);
        Assert.Equal([("common", 2L), ("rare", 1L)], counts.Holding.Select(h => (h.Key, h.Value)).Order());
        await Index.DeleteDocumentAsync(Base, deleted, Token);
    }

    [Fact]
    public async Task Refuses_vectors_that_are_zero_not_finite_of_another_length_or_another_model_fault_32()
    {
        await AddAsync(Base, "the first decides");
        Passage passage = Make(Base, Guid.NewGuid(), 0, "text");
        float[] good = _embeddings.Of("text");
        await RefusedAsync(new float[good.Length], Model);
        await RefusedAsync([.. good.Select((x, i) => i == 5 ? float.NaN : x)], Model);
        await RefusedAsync([.. good.Select((x, i) => i == 5 ? float.PositiveInfinity : x)], Model);
        await RefusedAsync(good[..^1], Model);
        await RefusedAsync(good, "another model");
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Index.SearchDenseAsync(good.AsMemory(1), new([Base]), 3, Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Index.SearchDenseAsync(new float[good.Length], new([Base]), 3, Token));
        Assert.Equal(1, (await Index.CountTermsAsync([], Token)).Passages);
        Assert.Equal(new EmbeddingKind(Model, good.Length), await Index.EmbeddingKindAsync(Token));

        async Task RefusedAsync(float[] vector, string model) =>
            await Assert.ThrowsAnyAsync<ArgumentException>(() => Index.WriteAsync(Base, passage.DocumentId, 1, model, [new(passage, vector)], Token));
    }

    [Fact]
    public async Task Another_revision_of_a_model_is_another_model_and_one_without_a_revision_is_the_same()
    {
        await AddAsync(Base, "the first decides");
        float[] vector = _embeddings.Of("text");
        await WriteAsync(Model + "@aa");
        await WriteAsync(Model);
        Assert.Equal(new EmbeddingKind(Model + "@aa", vector.Length), await Index.EmbeddingKindAsync(Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => WriteAsync(Model + "@bb"));

        Task WriteAsync(string model)
        {
            Passage passage = Make(Base, Guid.NewGuid(), 0, "text");
            return Index.WriteAsync(Base, passage.DocumentId, 1, model, [new(passage, vector)], Token);
        }
    }

    [Fact]
    public async Task An_empty_index_takes_another_model()
    {
        Guid document = await AddAsync(Base, "the first decides");
        await Index.DeleteDocumentAsync(Base, document, Token);
        Passage passage = Make(Base, Guid.NewGuid(), 0, "text");
        await Index.WriteAsync(Base, passage.DocumentId, 1, "another model", [new(passage, new float[] { 1, 2, 3 })], Token);
        Assert.Equal(new EmbeddingKind("another model", 3), await Index.EmbeddingKindAsync(Token));
        Assert.Single(await Index.SearchDenseAsync(new float[] { 1, 2, 3 }, new([Base]), 3, Token));
    }

    [Fact]
    public async Task A_cancelled_write_leaves_the_old_passages()
    {
        Guid document = await AddAsync(Base, "as it was");
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Index.WriteAsync(Base, document, 1, Model, Vectors([Make(Base, document, 0, "new")]), cancelled.Token));
        Assert.Equal(["as it was"], (await Index.ListAsync(Base, document, 1, Token)).Select(p => p.Text));
    }

    [Fact]
    public async Task Everything_is_there_after_a_restart()
    {
        Guid document = await AddAsync(Base, "kept for long", "also kept");
        IPassageIndex again = Reopen();
        Assert.Equal(["kept for long", "also kept"], (await again.ListAsync(Base, document, 1, Token)).Select(p => p.Text));
        Assert.Single(await again.SearchLexicalAsync("long", new([Base]), 5, Token));
        Assert.Equal(2, (await again.SearchDenseAsync(_embeddings.Of("kept"), new([Base]), 5, Token)).Count);
        Assert.Equal(Model, (await again.EmbeddingKindAsync(Token))?.Model);
    }

    [Fact]
    public async Task A_passage_comes_back_as_it_was_written()
    {
        Passage passage = new(Guid.NewGuid(), Base, Guid.NewGuid(), 0, "Text with \"quotes\", \u4e2d\u6587 and \U0001F600.", "One › Two", 3, 4, 120, 155, 17) { Version = 1 };
        await Index.WriteAsync(Base, passage.DocumentId, 1, Model, Vectors([passage]), Token);
        Assert.Equal(passage, Assert.Single(await Index.ListAsync(Base, passage.DocumentId, 1, Token)));
        Assert.Equal(passage, Assert.Single(await Index.SearchLexicalAsync("quotes", new([Base]), 1, Token)).Passage);
        Assert.Equal(passage, Assert.Single(await Index.SearchDenseAsync(_embeddings.Of("quotes"), new([Base]), 1, Token)).Passage);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"quoted\" AND (text:* OR -NEAR)")]
    [InlineData("'; DROP TABLE passages; --")]
    [InlineData("？！……")]
    public async Task Questions_are_words_never_syntax(string question)
    {
        await AddAsync(Base, "quoted text near a table");
        await Index.SearchLexicalAsync(question, new([Base]), 5, Token);
        Assert.Equal(1, (await Index.CountTermsAsync([], Token)).Passages);
    }

    [Fact]
    public async Task Versions_stand_side_by_side_until_one_is_kept()
    {
        Guid document = await AddAsync(Base, "the first wording", "and its second part");
        Guid other = await AddAsync(Base, "another first wording");
        Passage second = Make(Base, document, 0, "the second wording");
        await Index.WriteAsync(Base, document, 2, Model, Vectors([second]), Token);
        Assert.Equal([(Base, document)], await Index.UnsettledAsync(Token));
        Assert.Equal(["the first wording", "and its second part"], (await Index.ListAsync(Base, document, 1, Token)).Select(p => p.Text));
        Assert.Equal([second with { Version = 2 }], await Index.ListAsync(Base, document, 2, Token));
        PassageFilter both = new([Base], [document]);
        Assert.Equal([1, 1, 2], (await Index.SearchDenseAsync(_embeddings.Of("wording"), both, 5, Token)).Select(p => p.Passage.Version).Order());
        Assert.Equal([1, 2], (await Index.SearchLexicalAsync("wording", both, 5, Token)).Select(p => p.Passage.Version).Order());

        await Index.KeepOnlyAsync(Base, document, 2, Token);
        Assert.Empty(await Index.UnsettledAsync(Token));
        Assert.Empty(await Index.ListAsync(Base, document, 1, Token));
        Assert.Equal(2, Assert.Single(await Index.SearchDenseAsync(_embeddings.Of("wording"), both, 5, Token)).Passage.Version);
        Assert.Equal(2, Assert.Single(await Index.SearchLexicalAsync("wording", both, 5, Token)).Passage.Version);
        await Index.KeepOnlyAsync(Base, other, 1, Token);
        Assert.Single(await Index.ListAsync(Base, other, 1, Token));
        await Index.DeleteDocumentAsync(Base, document, Token);
        Assert.Equal(1, (await Index.CountTermsAsync([], Token)).Passages);
    }

    [Fact]
    public async Task Readers_see_a_document_wholly_old_or_wholly_new_while_it_is_replaced()
    {
        Guid document = await AddAsync(Base, [.. Enumerable.Range(0, 20).Select(i => $"version 0 part {i}")]);
        using CancellationTokenSource written = new();
        Task reading = Task.Run(async () =>
        {
            while (!written.IsCancellationRequested)
            {
                IReadOnlyList<Passage> seen = await Index.ListAsync(Base, document, 1, Token);
                Assert.Equal(20, seen.Count);
                Assert.Single(seen.Select(p => p.Text.Split(' ')[1]).Distinct());
            }
        }, Token);
        for (int version = 1; version <= 15; version++)
        {
            await WriteAsync(Base, document, "", [.. Enumerable.Range(0, 20).Select(i => $"version {version} part {i}")]);
        }

        await written.CancelAsync();
        await reading;
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Deletes what the test stored.</summary>
    protected abstract void Close();

    protected Task<Guid> AddAsync(Guid baseId, params string[] texts) => AddUnderAsync(baseId, "", texts);

    protected IReadOnlyList<IndexedPassage> Vectors(IReadOnlyList<Passage> passages) =>
        [.. passages.Select(p => new IndexedPassage(p, _embeddings.Of(p.Heading.Length == 0 ? p.Text : $"{p.Heading} {p.Text}")))];

    protected static Passage Make(Guid baseId, Guid documentId, int ordinal, string text, string heading = "") =>
        new(Guid.NewGuid(), baseId, documentId, ordinal, text, heading, 1, 1, ordinal * 100, (ordinal * 100) + text.Length, 5);

    private async Task<Guid> AddUnderAsync(Guid baseId, string heading, params string[] texts)
    {
        Guid document = Guid.NewGuid();
        await WriteAsync(baseId, document, heading, texts);
        return document;
    }

    private Task WriteAsync(Guid baseId, Guid document, string heading, string[] texts) =>
        Index.WriteAsync(baseId, document, 1, Model, Vectors([.. texts.Select((text, i) => Make(baseId, document, i, text, heading))]), Token);

    private double Cosine(string a, string b) => _embeddings.Of(a).Zip(_embeddings.Of(b), (x, y) => x * y).Sum();
}
