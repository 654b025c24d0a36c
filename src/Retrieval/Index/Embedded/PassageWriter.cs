using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Platform.Retrieval.Chunking;

namespace Platform.Retrieval.Index.Embedded;

/// <summary>Writes and deletes, one transaction each, and keeps the codes in memory in step.</summary>
internal sealed class PassageWriter(PassageStore store, VectorIndex vectors, LexicalIndex words)
{
    public async Task ReplaceAsync(Guid baseId, Guid documentId, string embeddingModel, IReadOnlyList<IndexedPassage> passages, CancellationToken cancellation)
    {
        if (passages.Count == 0)
        {
            await DeleteDocumentAsync(baseId, documentId, cancellation);
            return;
        }

        if (passages.Count > PassageRow.MaxOrdinals)
        {
            throw new ArgumentException($"The document has {passages.Count:N0} passages; the index takes {PassageRow.MaxOrdinals:N0} of one document. Split it.", nameof(passages));
        }

        // What can be done before is done before: the transaction keeps other writers waiting.
        int length = passages[0].Vector.Length;
        float[][] units = [.. passages.Select(p => EmbeddingKind.Unit(p.Vector, length))];
        string[] terms = [.. passages.Select(p => LexicalIndex.TermsOf(p.Passage))];
        await WriteAsync(
            async connection =>
            {
                await EmbeddingKind.ClaimAsync(connection, embeddingModel, length, cancellation);
                long document = await TakeKeyAsync(connection, baseId, documentId, cancellation);
                await DeleteRowsAsync(connection, PassageRow.First(document), PassageRow.Last(document), cancellation);
                await InsertAsync(connection, document, passages, units, terms, cancellation);
                VectorCodes codes = new([.. Enumerable.Range(0, units.Length).Select(i => PassageRow.First(document) + i)], [.. units.Select(u => new ReadOnlyMemory<float>(u))]);
                return () => vectors.Set(document, codes);
            },
            cancellation);
    }

    public Task DeleteDocumentAsync(Guid baseId, Guid documentId, CancellationToken cancellation) => WriteAsync(
        async connection =>
        {
            if (await PassageStore.DocumentAsync(connection, baseId, documentId, cancellation) is not { } document)
            {
                return () => { };
            }

            await DeleteRowsAsync(connection, PassageRow.First(document), PassageRow.Last(document), cancellation);
            await ExecuteAsync(connection, "DELETE FROM documents WHERE key = $a", PassageRow.Key(document), null, cancellation);
            return () => vectors.Remove(document);
        },
        cancellation);

    public Task DeleteBaseAsync(Guid baseId, CancellationToken cancellation) => WriteAsync(
        async connection =>
        {
            RowFilter rows = await PassageStore.ResolveAsync(connection, new PassageFilter([baseId]), cancellation);
            if (rows.FindsNothing)
            {
                return () => { };
            }

            long key = rows.Bases.Single();
            await DeleteRowsAsync(connection, key << PassageRow.BaseShift, ((key + 1) << PassageRow.BaseShift) - 1, cancellation);
            await ExecuteAsync(connection, "DELETE FROM documents WHERE base = $a", key, null, cancellation);
            await ExecuteAsync(connection, "DELETE FROM bases WHERE key = $a", key, null, cancellation);
            return () => vectors.RemoveBase(key);
        },
        cancellation);

    /// <summary>Runs a change and, once it is committed, what it returns for the memory.</summary>
    private async Task WriteAsync(Func<SqliteConnection, Task<Action>> change, CancellationToken cancellation)
    {
        await store.WriteGate.WaitAsync(cancellation);
        try
        {
            await using SqliteConnection connection = await store.OpenAsync(cancellation);
            await using SqliteTransaction transaction = connection.BeginTransaction();
            Action remember = await change(connection);
            await transaction.CommitAsync(cancellation);
            remember();
            words.Forget();
        }
        finally
        {
            store.WriteGate.Release();
        }
    }

    private static async Task<long> TakeKeyAsync(SqliteConnection connection, Guid baseId, Guid documentId, CancellationToken cancellation)
    {
        if (await PassageStore.DocumentAsync(connection, baseId, documentId, cancellation) is { } known)
        {
            return known;
        }

        await ExecuteAsync(connection, "INSERT INTO bases (id) VALUES ($a) ON CONFLICT DO NOTHING", baseId.ToByteArray(), null, cancellation);
        await ExecuteAsync(connection, "INSERT INTO documents (base, id) SELECT key, $b FROM bases WHERE id = $a", baseId.ToByteArray(), documentId.ToByteArray(), cancellation);
        long document = (await PassageStore.DocumentAsync(connection, baseId, documentId, cancellation))!.Value;
        return PassageRow.Key(document) < PassageRow.MaxDocuments && PassageRow.Base(document) < PassageRow.MaxBases
            ? document : throw new InvalidOperationException("The index has no number left for another document or base.");
    }

    private static async Task InsertAsync(SqliteConnection connection, long document, IReadOnlyList<IndexedPassage> passages, float[][] units, string[] terms, CancellationToken cancellation)
    {
        await using SqliteCommand passage = Prepare(connection, "INSERT INTO passages VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)", 9);
        await using SqliteCommand vector = Prepare(connection, "INSERT INTO vectors VALUES ($0, $1)", 2);
        await using SqliteCommand words = Prepare(connection, "INSERT INTO words (rowid, terms) VALUES ($0, $1)", 2);
        for (int i = 0; i < passages.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Passage p = passages[i].Passage;
            long row = PassageRow.First(document) + i;
            Run(passage, row, p.Id.ToByteArray(), p.Text, p.Heading, p.Page, p.PageEnd, p.Start, p.End, p.Tokens);
            Run(vector, row, MemoryMarshal.AsBytes<float>(units[i]).ToArray());
            Run(words, row, terms[i]);
        }
    }

    private static async Task DeleteRowsAsync(SqliteConnection connection, long first, long last, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, "DELETE FROM words WHERE rowid BETWEEN $a AND $b", first, last, cancellation);
        await ExecuteAsync(connection, "DELETE FROM vectors WHERE row BETWEEN $a AND $b", first, last, cancellation);
        await ExecuteAsync(connection, "DELETE FROM passages WHERE row BETWEEN $a AND $b", first, last, cancellation);
    }

#pragma warning disable CA2100 // the texts are the constants of this file
    private static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        }

        return command;
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        command.ExecuteNonQuery();
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql, object a, object? b, CancellationToken cancellation)
    {
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$a", a);
        if (b is not null)
        {
            command.Parameters.AddWithValue("$b", b);
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }
#pragma warning restore CA2100
}
