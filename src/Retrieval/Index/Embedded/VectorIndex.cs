using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Platform.Retrieval.Index.Embedded;

/// <summary>
/// Exact search by cosine: a scan over byte codes in memory, then the best again with the stored floats. Codes are read at the first search and kept in step by every write.
/// </summary>
internal sealed class VectorIndex(PassageStore store)
{
    private volatile ConcurrentDictionary<long, VectorCodes>? _byDocument;

    /// <summary>Rows with their cosine, best first. <paramref name="unit"/> has length 1.</summary>
    public async Task<List<(long Row, double Score)>> SearchAsync(SqliteConnection connection, float[] unit, RowFilter filter, int top, CancellationToken cancellation)
    {
        ConcurrentDictionary<long, VectorCodes> documents = _byDocument ?? await LoadAsync(cancellation);
        QueryCode query = new(unit);

        // Bytes misorder neighbours by a hair: three times as many are scored again, so that the first ones are the true ones.
        NearestRows nearest = new(Math.Max(top * 3, top + 50));
        foreach (VectorCodes codes in Allowed(documents, filter))
        {
            cancellation.ThrowIfCancellationRequested();
            codes.Scan(query, nearest);
        }

        List<(long Row, double Score)> scored = [];
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT v.row, v.vector FROM json_each($rows) wanted CROSS JOIN vectors v ON v.row = wanted.value";
        command.Parameters.AddWithValue("$rows", PassageStore.RowList(nearest.Rows));
        await using SqliteDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            scored.Add((reader.GetInt64(0), TensorPrimitives.Dot(unit, Floats(reader.GetFieldValue<byte[]>(1)))));
        }

        return [.. scored.OrderByDescending(s => s.Score).ThenBy(s => s.Row).Take(top)];
    }

    /// <summary>Called with the write gate held, after the commit.</summary>
    public void Set(long document, VectorCodes codes) => _byDocument?[document] = codes;

    /// <summary>Called with the write gate held, after the commit.</summary>
    public void Remove(long document) => _byDocument?.TryRemove(document, out _);

    /// <summary>Called with the write gate held, after the commit.</summary>
    public void RemoveBase(long baseKey)
    {
        foreach (long document in _byDocument?.Keys.Where(d => PassageRow.Base(d) == baseKey) ?? [])
        {
            Remove(document);
        }
    }

    private static IEnumerable<VectorCodes> Allowed(ConcurrentDictionary<long, VectorCodes> documents, RowFilter filter) => filter.Documents is { } wanted
        ? wanted.Select(d => documents.GetValueOrDefault(d)).OfType<VectorCodes>()
        : documents.Where(d => filter.Bases.Contains(PassageRow.Base(d.Key))).Select(d => d.Value);

    private async Task<ConcurrentDictionary<long, VectorCodes>> LoadAsync(CancellationToken cancellation)
    {
        await store.WriteGate.WaitAsync(cancellation);
        try
        {
            return _byDocument ??= await ReadAllAsync(cancellation);
        }
        finally
        {
            store.WriteGate.Release();
        }
    }

    private async Task<ConcurrentDictionary<long, VectorCodes>> ReadAllAsync(CancellationToken cancellation)
    {
        ConcurrentDictionary<long, VectorCodes> all = [];
        List<long> rows = [];
        List<ReadOnlyMemory<float>> vectors = [];
        await using SqliteConnection connection = await store.OpenAsync(cancellation);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT row, vector FROM vectors ORDER BY row";
        await using SqliteDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            long row = reader.GetInt64(0);
            if (rows.Count > 0 && rows[^1] >> PassageRow.DocumentShift != row >> PassageRow.DocumentShift)
            {
                Close();
            }

            rows.Add(row);
            vectors.Add(Floats(reader.GetFieldValue<byte[]>(1)).ToArray());
        }

        Close();
        return all;

        void Close()
        {
            if (rows.Count > 0)
            {
                all[rows[0] >> PassageRow.DocumentShift] = new VectorCodes([.. rows], vectors);
                rows.Clear();
                vectors.Clear();
            }
        }
    }

    private static ReadOnlySpan<float> Floats(byte[] stored) => MemoryMarshal.Cast<byte, float>(stored);
}
