using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Storage;

/// <summary>How rows are stored: rename nothing in them.</summary>
internal static class ItemJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException($"Stored {typeof(T).Name} is null. This is a bug.");

    /// <summary>The stored row and the hash by which the same row is known again.</summary>
    public static (string Content, string Sha256) Of(TrainingRow row)
    {
        var content = Write(row);
        return (content, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))));
    }
}
