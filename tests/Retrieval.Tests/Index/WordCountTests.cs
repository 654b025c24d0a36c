using Microsoft.Data.Sqlite;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Index;
using Platform.Retrieval.Index.Embedded;

namespace Platform.Retrieval.Tests.Index;

public sealed class WordCountTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_reader_counts_in_the_state_before_a_write_is_not_kept_for_those_after_it()
    {
        PassageStore store = new(_folder.Data);
        LexicalIndex words = new();
        PassageWriter writer = new(store, new VectorIndex(store), words);
        await WriteAsync(writer, "old");

        WordCounts before = words.Counts;
        await using SqliteConnection reader = await store.OpenAsync(Token);
        await using SqliteTransaction snapshot = reader.BeginTransaction(deferred: true);
        Assert.Equal(1, (await before.CountAsync(reader, ["old"], Token)).Holding["old"]);
        await WriteAsync(writer, "new");
        Assert.Empty((await before.CountAsync(reader, ["new"], Token)).Holding);

        await using SqliteConnection later = await store.OpenAsync(Token);
        TermCounts counted = await words.Counts.CountAsync(later, ["old", "new"], Token);
        Assert.Equal((2, 1, 1), (counted.Passages, counted.Holding["old"], counted.Holding["new"]));
    }

    public void Dispose() => _folder.Dispose();

    private static Task WriteAsync(PassageWriter writer, string text)
    {
        Passage passage = new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), 0, text, "", 1, 1, 0, text.Length, 1);
        return writer.WriteAsync(passage.BaseId, passage.DocumentId, 1, "model", [new IndexedPassage(passage, new float[] { 1, 2 })], Token);
    }
}
