using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Platform.Retrieval.Chunking;

namespace Platform.Retrieval.Index.Embedded;

/// <summary>Writes and deletes, one transaction each, and keeps the codes in memory in step.</summary>
internal sealed class PassageWriter(PassageStore store, VectorIndex vectors, LexicalIndex words)
{
    public async Task WriteAsync(Guid baseId, Guid documentId, int version, string embeddingModel, IReadOnlyList<IndexedPassage> passages, CancellationToken cancellation)
    {
        if (passages.Count is 0 or > PassageRow.MaxOrdinals)
        {
            throw new ArgumentException($"The document has {passages.Count:N0} passages; the index takes 1 to {PassageRow.MaxOrdinals:N0} of one document. Split it.", nameof(passages));
        }

        // What can be done before is done before: the transaction keeps other writers waiting.
        int length = passages[0].Vector.Length;
        float[][] units = [.. passages.Select(p => EmbeddingTable.Unit(p.Vector, length))];
        string[] terms = [.. passages.Select(p => LexicalIndex.TermsOf(p.Passage))];
        await ChangeAsync(
            async connection =>
            {
                await EmbeddingTable.ClaimAsync(connection, embeddingModel, length, cancellation);
                long document = await TakeKeyAsync(connection, baseId, documentId, version, cancellation);
                DeleteRows(connection, PassageRow.First(document), PassageRow.Last(document));
                Insert(connection, document, passages, units, terms, cancellation);
                VectorCodes codes = new([.. Enumerable.Range(0, units.Length).Select(i => PassageRow.First(document) + i)], [.. units.Select(u => new ReadOnlyMemory<float>(u))]);
                return () => vectors.Set(document, codes);
            },
            cancellation);
    }

    /// <summary>Passages of before versions were kept (0) stay while there are none of the wanted version.</summary>
    public Task KeepOnlyAsync(Guid baseId, Guid documentId, int version, CancellationToken cancellation) => DeleteAsync(
        baseId, documentId, held => held.Where(v => v.Version != version && (v.Version != 0 || held.Any(other => other.Version == version))), cancellation);

    public Task DeleteDocumentAsync(Guid baseId, Guid documentId, CancellationToken cancellation) => DeleteAsync(baseId, documentId, held => held, cancellation);

    public Task DeleteBaseAsync(Guid baseId, CancellationToken cancellation) => ChangeAsync(
        async connection =>
        {
            RowFilter rows = await PassageStore.ResolveAsync(connection, new PassageFilter([baseId]), cancellation);
            if (rows.FindsNothing)
            {
                return () => { };
            }

            long key = rows.Bases.Single();
            DeleteRows(connection, key << PassageRow.BaseShift, ((key + 1) << PassageRow.BaseShift) - 1);
            Execute(connection, "DELETE FROM documents WHERE base = $0", key);
            Execute(connection, "DELETE FROM bases WHERE key = $0", key);
            return () => vectors.RemoveBase(key);
        },
        cancellation);

    private async Task DeleteAsync(
        Guid baseId, Guid documentId, Func<IReadOnlyList<(int Version, long Document)>, IEnumerable<(int Version, long Document)>> which, CancellationToken cancellation)
    {
        // Mostly there is nothing to delete, which a look tells without making other writers wait.
        await using (SqliteConnection connection = await store.OpenAsync(cancellation))
        {
            if (!which(await PassageStore.VersionsAsync(connection, baseId, documentId, cancellation)).Any())
            {
                return;
            }
        }

        await ChangeAsync(
            async connection =>
            {
                List<long> documents = [.. which(await PassageStore.VersionsAsync(connection, baseId, documentId, cancellation)).Select(v => v.Document)];
                foreach (long document in documents)
                {
                    DeleteRows(connection, PassageRow.First(document), PassageRow.Last(document));
                    Execute(connection, "DELETE FROM documents WHERE key = $0", PassageRow.Key(document));
                }

                return () => documents.ForEach(vectors.Remove);
            },
            cancellation);
    }

    /// <summary>Runs a change and, once it is committed, what it returns for the memory.</summary>
    private async Task ChangeAsync(Func<SqliteConnection, Task<Action>> change, CancellationToken cancellation)
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

    private static async Task<long> TakeKeyAsync(SqliteConnection connection, Guid baseId, Guid documentId, int version, CancellationToken cancellation)
    {
        if ((await PassageStore.VersionsAsync(connection, baseId, documentId, cancellation)).FirstOrDefault(v => v.Version == version) is { Document: > 0 } known)
        {
            return known.Document;
        }

        Execute(connection, "INSERT INTO bases (id) VALUES ($0) ON CONFLICT DO NOTHING", baseId.ToByteArray());
        Execute(connection, "INSERT INTO documents (base, id, version) SELECT key, $1, $2 FROM bases WHERE id = $0", baseId.ToByteArray(), documentId.ToByteArray(), version);
        long document = (await PassageStore.VersionsAsync(connection, baseId, documentId, cancellation)).Single(v => v.Version == version).Document;
        return PassageRow.Key(document) < PassageRow.MaxDocuments && PassageRow.Base(document) < PassageRow.MaxBases
            ? document : throw new InvalidOperationException("The index has no number left for another document or base.");
    }

    private static void Insert(SqliteConnection connection, long document, IReadOnlyList<IndexedPassage> passages, float[][] units, string[] terms, CancellationToken cancellation)
    {
        using SqliteCommand passage = Prepare(connection, "INSERT INTO passages VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)", 9);
        using SqliteCommand vector = Prepare(connection, "INSERT INTO vectors VALUES ($0, $1)", 2);
        using SqliteCommand words = Prepare(connection, "INSERT INTO words (rowid, terms) VALUES ($0, $1)", 2);
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

    private static void DeleteRows(SqliteConnection connection, long first, long last)
    {
        Execute(connection, "DELETE FROM words WHERE rowid BETWEEN $0 AND $1", first, last);
        Execute(connection, "DELETE FROM vectors WHERE row BETWEEN $0 AND $1", first, last);
        Execute(connection, "DELETE FROM passages WHERE row BETWEEN $0 AND $1", first, last);
    }

    private static void Execute(SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        using SqliteCommand command = Prepare(connection, sql, values.Length);
        Run(command, values);
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters)
    {
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // the texts are the constants of this file
        command.CommandText = sql;
#pragma warning restore CA2100
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
}
