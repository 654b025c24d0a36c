using System.Globalization;
using Microsoft.Data.Sqlite;
using Platform.Retrieval.Chunking;

namespace Platform.Retrieval.Index.Embedded;

/// <summary>The SQLite file of the index: its tables, its connections, and reading passages by row.</summary>
internal sealed class PassageStore
{
    /// <summary>Version of the tables below. A file of a newer one is refused.</summary>
    private const long Format = 2;

    /// <summary>Format 2 tells the versions of a document apart.</summary>
    private const string Second = """
        ALTER TABLE documents RENAME TO documents_before;
        CREATE TABLE documents (key INTEGER PRIMARY KEY, base INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, UNIQUE (base, id, version));
        INSERT INTO documents SELECT key, base, id, 0 FROM documents_before;
        DROP TABLE documents_before;
        """;

    // The words come as QueryTerms makes them: FTS5 must only part them at white space.
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS bases (key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);
        CREATE TABLE IF NOT EXISTS documents (key INTEGER PRIMARY KEY, base INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, UNIQUE (base, id, version));
        CREATE TABLE IF NOT EXISTS passages (row INTEGER PRIMARY KEY, id BLOB NOT NULL, text TEXT NOT NULL, heading TEXT NOT NULL, page INTEGER NOT NULL, page_end INTEGER NOT NULL,
            start INTEGER NOT NULL, "end" INTEGER NOT NULL, tokens INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS vectors (row INTEGER PRIMARY KEY, vector BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS embedding (only INTEGER PRIMARY KEY CHECK (only = 1), model TEXT NOT NULL, length INTEGER NOT NULL);
        CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (terms, tokenize = "ascii tokenchars '.+#-_'");
        CREATE VIRTUAL TABLE IF NOT EXISTS word_counts USING fts5vocab (words, row);
        """;

    private const string Columns = "p.row, p.id, b.id, d.id, p.text, p.heading, p.page, p.page_end, p.start, p.\"end\", p.tokens, d.version";

    private static readonly string Owners = string.Create(
        CultureInfo.InvariantCulture, $"JOIN documents d ON d.key = (p.row >> {PassageRow.DocumentShift}) & {PassageRow.MaxDocuments - 1} JOIN bases b ON b.key = d.base");

    private readonly string _connection;
    private readonly DataFolder _folder;
    private volatile bool _prepared;

    public PassageStore(DataFolder folder)
    {
        _connection = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.Databases, "passages.db"), DefaultTimeout = 30 }.ToString();
        _folder = folder;
    }

    /// <summary>One writer at a time; held over what a write changes in memory too.</summary>
    public SemaphoreSlim WriteGate { get; } = new(1, 1);

    private SemaphoreSlim Preparing { get; } = new(1, 1);

    public async Task<SqliteConnection> OpenAsync(CancellationToken cancellation)
    {
        await PrepareAsync(cancellation);
        return await ConnectAsync(cancellation);
    }

    /// <summary>Makes the tables, once; a failure is tried again at the next call. Throws <see cref="StartRefusedException"/> for a file of a newer format.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        if (_prepared)
        {
            return;
        }

        await Preparing.WaitAsync(cancellation);
        try
        {
            if (!_prepared)
            {
                await MakeTablesAsync(cancellation);
                _prepared = true;
            }
        }
        finally
        {
            Preparing.Release();
        }
    }

    /// <summary>Row-number parts of the bases and documents that may be found; null for documents means all of the bases.</summary>
    public static async Task<RowFilter> ResolveAsync(SqliteConnection connection, PassageFilter filter, CancellationToken cancellation)
    {
        HashSet<long> bases = [];
        foreach (Guid id in filter.BaseIds.Distinct())
        {
            if (await BaseAsync(connection, id, cancellation) is { } key)
            {
                bases.Add(key);
            }
        }

        if (filter.DocumentIds is null)
        {
            return new RowFilter(bases, null);
        }

        HashSet<long> documents = [];
        foreach (Guid id in filter.DocumentIds.Distinct())
        {
            foreach (long baseKey in bases)
            {
                documents.UnionWith((await VersionsAsync(connection, baseKey, id, cancellation)).Select(v => v.Document));
            }
        }

        return new RowFilter(bases, documents);
    }

    /// <summary>The versions of a document that the index holds, each with the document part of its row numbers, oldest first.</summary>
    public static async Task<IReadOnlyList<(int Version, long Document)>> VersionsAsync(SqliteConnection connection, Guid baseId, Guid documentId, CancellationToken cancellation) =>
        await BaseAsync(connection, baseId, cancellation) is { } baseKey ? await VersionsAsync(connection, baseKey, documentId, cancellation) : [];

    /// <summary>Documents that the index holds several versions of.</summary>
    public static async Task<IReadOnlyList<(Guid BaseId, Guid DocumentId)>> UnsettledAsync(SqliteConnection connection, CancellationToken cancellation)
    {
        List<(Guid, Guid)> unsettled = [];
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT b.id, d.id FROM documents d JOIN bases b ON b.key = d.base GROUP BY d.base, d.id HAVING count(*) > 1";
        await using SqliteDataReader row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            unsettled.Add((new Guid(row.GetFieldValue<byte[]>(0)), new Guid(row.GetFieldValue<byte[]>(1))));
        }

        return unsettled;
    }

    /// <summary>Reads the passages of a document in order.</summary>
    public static async Task<IReadOnlyList<Passage>> ReadAsync(SqliteConnection connection, long document, CancellationToken cancellation)
    {
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM passages p {Owners} WHERE p.row BETWEEN $first AND $last ORDER BY p.row";
        command.Parameters.AddWithValue("$first", PassageRow.First(document));
        command.Parameters.AddWithValue("$last", PassageRow.Last(document));
        return [.. (await ReadAsync(command, cancellation)).Select(p => p.Passage)];
    }

    /// <summary>Passages of scored rows, keeping their order; rows that are gone meanwhile are left out.</summary>
    public static async Task<IReadOnlyList<ScoredPassage>> ReadAsync(SqliteConnection connection, IReadOnlyCollection<(long Row, double Score)> scored, CancellationToken cancellation)
    {
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM json_each($rows) wanted CROSS JOIN passages p ON p.row = wanted.value {Owners}";
        command.Parameters.AddWithValue("$rows", RowList(scored.Select(s => s.Row)));
        Dictionary<long, Passage> passages = (await ReadAsync(command, cancellation)).ToDictionary(p => p.Row, p => p.Passage);
        return [.. scored.Where(s => passages.ContainsKey(s.Row)).Select(s => new ScoredPassage(passages[s.Row], s.Score))];
    }

    /// <summary>Row numbers as a parameter for json_each: one statement reads them all.</summary>
    public static string RowList(IEnumerable<long> rows) => $"[{string.Join(',', rows.Select(row => row.ToString(CultureInfo.InvariantCulture)))}]";

    private static async Task<List<(long Row, Passage Passage)>> ReadAsync(SqliteCommand reading, CancellationToken cancellation)
    {
        List<(long, Passage)> passages = [];
        await using SqliteDataReader row = await reading.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            passages.Add((row.GetInt64(0), new Passage(
                new Guid(row.GetFieldValue<byte[]>(1)), new Guid(row.GetFieldValue<byte[]>(2)), new Guid(row.GetFieldValue<byte[]>(3)), PassageRow.Ordinal(row.GetInt64(0)),
                row.GetString(4), row.GetString(5), row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), row.GetInt32(9), row.GetInt32(10)) { Version = row.GetInt32(11) }));
        }

        return passages;
    }

    private static async Task<long?> BaseAsync(SqliteConnection connection, Guid id, CancellationToken cancellation)
    {
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT key FROM bases WHERE id = $id";
        command.Parameters.AddWithValue("$id", id.ToByteArray());
        return (long?)await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<IReadOnlyList<(int Version, long Document)>> VersionsAsync(SqliteConnection connection, long baseKey, Guid id, CancellationToken cancellation)
    {
        List<(int, long)> versions = [];
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT version, key FROM documents WHERE base = $base AND id = $id ORDER BY version";
        command.Parameters.AddWithValue("$base", baseKey);
        command.Parameters.AddWithValue("$id", id.ToByteArray());
        await using SqliteDataReader row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            versions.Add((row.GetInt32(0), PassageRow.Document(baseKey, row.GetInt64(1))));
        }

        return versions;
    }

    private async Task<SqliteConnection> ConnectAsync(CancellationToken cancellation)
    {
        SqliteConnection connection = new(_connection);
        await connection.OpenAsync(cancellation);
        return connection;
    }

    private async Task MakeTablesAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder.Databases);
        await using SqliteConnection connection = await ConnectAsync(cancellation);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        long found = (long)(await command.ExecuteScalarAsync(cancellation))!;
        if (found > Format)
        {
            throw new StartRefusedException($"The passage index has format {found}; this program knows format {Format}. Start the newer program, or give this one another data folder.");
        }

        command.CommandText = $"PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; {(found == 1 ? Second : "")} {Tables} PRAGMA user_version = {Format}; COMMIT";
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>What may be found, in parts of row numbers.</summary>
internal sealed record RowFilter(IReadOnlySet<long> Bases, IReadOnlySet<long>? Documents)
{
    public bool FindsNothing => Bases.Count == 0 || Documents is { Count: 0 };
}
