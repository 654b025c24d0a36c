using Microsoft.Data.Sqlite;
using Platform.Retrieval.Chunking;

namespace Platform.Retrieval.Index.Embedded;

/// <summary>The index inside the program: one SQLite file with text, words (FTS5) and vectors, and the vectors' codes in memory. Good for about a million passages.</summary>
internal sealed class EmbeddedPassageIndex : IPassageIndex
{
    private readonly PassageStore _store;
    private readonly VectorIndex _vectors;
    private readonly LexicalIndex _words = new();
    private readonly PassageWriter _writer;

    public EmbeddedPassageIndex(DataFolder folder)
    {
        _store = new PassageStore(folder);
        _vectors = new VectorIndex(_store);
        _writer = new PassageWriter(_store, _vectors, _words);
    }

    public Task PrepareAsync(CancellationToken cancellation) => Task.Run(() => _store.PrepareAsync(cancellation), cancellation);

    public Task WriteAsync(Guid baseId, Guid documentId, int version, string embeddingModel, IReadOnlyList<IndexedPassage> passages, CancellationToken cancellation) =>
        Task.Run(() => _writer.WriteAsync(baseId, documentId, version, embeddingModel, passages, cancellation), cancellation);

    public Task KeepOnlyAsync(Guid baseId, Guid documentId, int version, CancellationToken cancellation) =>
        Task.Run(() => _writer.KeepOnlyAsync(baseId, documentId, version, cancellation), cancellation);

    public Task<IReadOnlyList<(Guid BaseId, Guid DocumentId)>> UnsettledAsync(CancellationToken cancellation) =>
        ReadAsync(connection => PassageStore.UnsettledAsync(connection, cancellation), cancellation);

    public Task DeleteDocumentAsync(Guid baseId, Guid documentId, CancellationToken cancellation) => Task.Run(() => _writer.DeleteDocumentAsync(baseId, documentId, cancellation), cancellation);

    public Task DeleteBaseAsync(Guid baseId, CancellationToken cancellation) => Task.Run(() => _writer.DeleteBaseAsync(baseId, cancellation), cancellation);

    public Task<IReadOnlyList<ScoredPassage>> SearchDenseAsync(ReadOnlyMemory<float> query, PassageFilter filter, int top, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<ScoredPassage>>(
            async connection =>
            {
                RowFilter rows = await PassageStore.ResolveAsync(connection, filter, cancellation);
                if (rows.FindsNothing || await EmbeddingTable.ReadAsync(connection, cancellation) is not { } kind)
                {
                    return [];
                }

                float[] unit = EmbeddingTable.Unit(query, kind.Length);
                return await PassageStore.ReadAsync(connection, await _vectors.SearchAsync(connection, unit, rows, top, cancellation), cancellation);
            },
            cancellation);

    public Task<IReadOnlyList<ScoredPassage>> SearchLexicalAsync(string query, PassageFilter filter, int top, CancellationToken cancellation)
    {
        WordCounts counts = _words.Counts;
        return ReadAsync(
            async connection =>
            {
                RowFilter rows = await PassageStore.ResolveAsync(connection, filter, cancellation);
                return await PassageStore.ReadAsync(connection, await LexicalIndex.SearchAsync(connection, counts, query, rows, top, cancellation), cancellation);
            },
            cancellation);
    }

    public Task<IReadOnlyList<Passage>> ListAsync(Guid baseId, Guid documentId, int version, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<Passage>>(
            async connection =>
            {
                IReadOnlyList<(int Version, long Document)> found = await PassageStore.VersionsAsync(connection, baseId, documentId, cancellation);
                return found.LastOrDefault(v => v.Version == version || v.Version == 0) is { Document: > 0 } one ? await PassageStore.ReadAsync(connection, one.Document, cancellation) : [];
            },
            cancellation);

    public Task<TermCounts> CountTermsAsync(IReadOnlyCollection<string> terms, CancellationToken cancellation)
    {
        WordCounts counts = _words.Counts;
        return ReadAsync(connection => counts.CountAsync(connection, terms, cancellation), cancellation);
    }

    public Task<EmbeddingKind?> EmbeddingKindAsync(CancellationToken cancellation) => ReadAsync(connection => EmbeddingTable.ReadAsync(connection, cancellation), cancellation);

    /// <summary>Reads in one transaction, so that text and vectors fit each other, and off the caller's thread: SQLite has no asynchronous reads.</summary>
    private Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            await using SqliteConnection connection = await _store.OpenAsync(cancellation);
            await using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
            return await read(connection);
        },
        cancellation);
}
