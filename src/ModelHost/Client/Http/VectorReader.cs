using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Http;

/// <summary>Reads the vectors of one answer, in the order of the inputs, and refuses what would poison an index.</summary>
internal static class VectorReader
{
    /// <param name="expected">How many inputs were sent.</param>
    /// <param name="length">Numbers of every vector so far; null for the first answer.</param>
    public static IReadOnlyList<float[]> Read(EmbeddingsBody answer, int expected, int? length)
    {
        var vectors = new float[expected][];
        foreach (var item in answer.Data ?? [])
        {
            if (item.Index < 0 || item.Index >= expected || vectors[item.Index] is not null)
            {
                throw Refused($"it numbers a vector {item.Index} where {expected} inputs were sent.");
            }

            var vector = item.Embedding.ValueKind == JsonValueKind.String ? FromBase64(item.Embedding) : FromNumbers(item.Embedding);
            length ??= vector.Length;
            if (vector.Length != length || vector.Length == 0)
            {
                throw Refused($"a vector has {vector.Length} numbers where {length} are expected.");
            }

            if (!vector.All(float.IsFinite))
            {
                throw Refused($"the vector of input {item.Index} holds a number that is not finite.");
            }

            vectors[item.Index] = vector;
        }

        var missing = Array.IndexOf(vectors, null);
        return missing < 0 ? vectors : throw Refused($"input {missing} of {expected} has no vector.");
    }

    private static float[] FromBase64(JsonElement embedding)
    {
        if (!embedding.TryGetBytesFromBase64(out var bytes) || bytes.Length % sizeof(float) != 0)
        {
            throw Refused("a vector is not base64 of 32-bit numbers.");
        }

        return MemoryMarshal.Cast<byte, float>(bytes).ToArray(); // little-endian on the wire and on every machine that .NET runs on
    }

    private static float[] FromNumbers(JsonElement embedding) =>
        embedding.ValueKind == JsonValueKind.Array && embedding.EnumerateArray().All(number => number.ValueKind == JsonValueKind.Number)
            ? [.. embedding.EnumerateArray().Select(number => number.GetSingle())]
            : throw Refused("a vector is neither a list of numbers nor base64.");

    private static ModelHostException Refused(string why) => new(ModelHostErrorKind.Failed, $"The model service's embeddings cannot be used: {why}");
}
