using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Files;

/// <summary>A file that was uploaded, or that a job left. The names of the fields are stored.</summary>
/// <param name="Filename">As its sender calls it; only ever shown.</param>
/// <param name="Purpose">fine-tune or fine-tune-results.</param>
/// <param name="CreatedAt">Seconds since 1970.</param>
internal sealed record StoredFile(string Id, string Filename, string Purpose, long Bytes, string Sha256, long CreatedAt)
{
    public const string ForTuning = "fine-tune", OfTuning = "fine-tune-results";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredFile))]
internal sealed partial class StoredFileJson : JsonSerializerContext;
