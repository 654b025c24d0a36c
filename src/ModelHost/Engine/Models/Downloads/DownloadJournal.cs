using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>A download as it is stored: what it was, and the state of the file that its part belongs to.</summary>
internal sealed record StoredDownload(ModelDownload State, string? ETag);

/// <summary>The folder of downloads in the model folder: one file a download says what it is, one holds the bytes so far.</summary>
internal sealed class DownloadJournal(string folder)
{
    private const string Ending = ".json", PartEnding = ".part";
    private const long MostBytes = 64 << 10;

    internal string PartOf(string id) => Path.Combine(folder, id + PartEnding);

    internal long PartBytes(string id) => FileStamp.Of(PartOf(id)).Bytes;

    internal IReadOnlyList<StoredDownload> Read()
    {
        if (!Directory.Exists(folder)) { return []; }
        return [.. Directory.EnumerateFiles(folder, "dl-*" + Ending).Select(ReadOne).OfType<StoredDownload>().Where(stored => File.Exists(Path.Combine(folder, stored.State.Id + Ending)))];
    }

    internal void Write(StoredDownload download) => DurableJson.Write(Path.Combine(folder, download.State.Id + Ending), download, JournalJson.Default.StoredDownload);

    internal void Delete(string id)
    {
        if (!Directory.Exists(folder)) { return; }
        File.Delete(PartOf(id));
        File.Delete(Path.Combine(folder, id + Ending));
    }

    private static StoredDownload? ReadOne(string file)
    {
        try
        {
            return DurableJson.Read(file, MostBytes, JournalJson.Default.StoredDownload) is { State: { Id: not null, Source: not null, ModelId: not null } } stored ? stored : null;
        }
        catch (Exception damaged) when (damaged is JsonException or IOException or UnauthorizedAccessException)
        {
            return null; // its part is found again when its source is started
        }
    }
}

[JsonSerializable(typeof(StoredDownload))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
internal sealed partial class JournalJson : JsonSerializerContext;
