using System.Numerics.Tensors;
using Microsoft.Data.Sqlite;

namespace Platform.Retrieval.Index.Embedded;

/// <summary>Which model's vectors the index holds, and their length. The first vectors decide; others are refused until the index is empty again.</summary>
internal static class EmbeddingTable
{
    public static async Task<EmbeddingKind?> ReadAsync(SqliteConnection connection, CancellationToken cancellation)
    {
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT model, length FROM embedding";
        await using SqliteDataReader row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? new EmbeddingKind(row.GetString(0), row.GetInt32(1)) : null;
    }

    /// <summary>Takes the kind of the vectors that are to be written, or throws ArgumentException when the index holds another.</summary>
    public static async Task ClaimAsync(SqliteConnection connection, string model, int length, CancellationToken cancellation)
    {
        EmbeddingKind? held = await ReadAsync(connection, cancellation);
        await using SqliteCommand command = connection.CreateCommand();
        if (held is not null && !held.Matches(new EmbeddingKind(model, length)))
        {
            command.CommandText = "SELECT EXISTS (SELECT 1 FROM vectors)";
            if ((long)(await command.ExecuteScalarAsync(cancellation))! != 0)
            {
                throw new ArgumentException(
                    $"The index holds vectors of '{held.Model}' with {held.Length} numbers; these are of '{model}' with {length}. Serve '{held.Model}' again, or delete all documents and add them anew.");
            }
        }

        if (held is not null && held.Model.StartsWith(model + "@", StringComparison.Ordinal))
        {
            model = held.Model; // a service that does not tell the revision does not make it unknown
        }

        command.CommandText = "INSERT INTO embedding (only, model, length) VALUES (1, $model, $length) ON CONFLICT (only) DO UPDATE SET model = $model, length = $length";
        command.Parameters.AddWithValue("$model", model);
        command.Parameters.AddWithValue("$length", length);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The vector with length 1. Throws ArgumentException when it has another count of numbers, holds one that is not finite, or is zero.</summary>
    public static float[] Unit(ReadOnlyMemory<float> vector, int length)
    {
        if (vector.Length != length)
        {
            throw new ArgumentException($"The vector has {vector.Length} numbers; the index's vectors have {length}.", nameof(vector));
        }

        float norm = TensorPrimitives.Norm(vector.Span);
        if (!float.IsFinite(norm) || norm == 0)
        {
            throw new ArgumentException(norm == 0 ? "The vector is zero: it points nowhere." : "The vector holds a number that is not finite.", nameof(vector));
        }

        float[] unit = new float[length];
        TensorPrimitives.Divide(vector.Span, norm, unit);
        return unit;
    }
}
