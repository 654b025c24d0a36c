using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Documents;

/// <summary>The extracted text of contents, kept compressed under the cache folder and made anew when it is not there.</summary>
internal sealed class ParsedTexts(DataFolder folder, ContentStore contents, ReaderByContent readers)
{
    /// <summary>Raise when readers give other text or spans than before: older files are then left aside.</summary>
    private const int Format = 2;

    /// <summary>Throws Ingest.IngestException when the content cannot be read.</summary>
    public async Task<ParsedDocument> ReadAsync(string sha256, string mediaType, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        string path = PathOf(sha256, mediaType);
        if (await LoadAsync(path, cancellation) is { } kept)
        {
            return kept;
        }

        ParsedDocument document = await readers.For(mediaType).ReadAsync(contents.PathOf(sha256), progress, cancellation);
        await SaveAsync(path, document, cancellation);
        return document;
    }

    /// <summary>Deletes what is kept of a content.</summary>
    public void Forget(string sha256)
    {
        string parent = Path.Combine(folder.Cache, sha256[..2]);
        if (Directory.Exists(parent))
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(parent, sha256[2..] + "*"))
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }
                else
                {
                    File.Delete(path);
                }
            }
        }
    }

    /// <summary>At start: deletes what is kept of contents that no row names.</summary>
    public void Sweep(IReadOnlySet<string> named)
    {
        if (!Directory.Exists(folder.Cache))
        {
            return;
        }

        foreach (string sha256 in Directory.EnumerateDirectories(folder.Cache)
            .SelectMany(Directory.EnumerateFileSystemEntries, (parent, path) => Path.GetFileName(parent) + Path.GetFileName(path).Split('.')[0])
            .Distinct().Where(sha256 => !named.Contains(sha256)).ToList())
        {
            Forget(sha256);
        }
    }

    /// <summary>Where things made from a content are kept; <paramref name="rest"/> tells them apart.</summary>
    public string CachePath(string sha256, string rest) => Path.Combine(folder.Cache, sha256[..2], sha256[2..] + rest);

    // The same bytes may be read as Markdown here and as plain text there, by their names.
    private string PathOf(string sha256, string mediaType) => CachePath(sha256, $".{mediaType.Replace('/', '-')}.{Format}.json.gz");

    private static async Task<ParsedDocument?> LoadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            await using FileStream file = File.OpenRead(path);
            await using GZipStream plain = new(file, CompressionMode.Decompress);
            return await JsonSerializer.DeserializeAsync(plain, ParsedTextJson.Default.ParsedDocument, cancellation);
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidDataException or IOException)
        {
            return null;
        }
    }

    private static async Task SaveAsync(string path, ParsedDocument document, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = $"{path}.{Guid.NewGuid():N}";
        try
        {
            await using (FileStream file = File.Create(unfinished))
            await using (GZipStream packed = new(file, CompressionLevel.Fastest))
            {
                await JsonSerializer.SerializeAsync(packed, document, ParsedTextJson.Default.ParsedDocument, cancellation);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}

[JsonSerializable(typeof(ParsedDocument))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
internal sealed partial class ParsedTextJson : JsonSerializerContext;
