using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Platform.ModelHost.Engine.Files;

/// <summary>A small JSON file that is written whole and put in place by renaming, so that a reader sees the old one or the new one, after a crash too.</summary>
public static class DurableJson
{
    /// <summary>What the file holds; null when there is none.</summary>
    /// <exception cref="JsonException">It is damaged, or larger than allowed.</exception>
    /// <exception cref="IOException">It cannot be read; so too UnauthorizedAccessException.</exception>
    public static T? Read<T>(string path, long mostBytes, JsonTypeInfo<T> type) where T : class
    {
        if (new FileInfo(path) is not { Exists: true } file) { return null; }
        if (file.Length > mostBytes) { throw new JsonException($"it is larger than {mostBytes:N0} bytes"); }
        return JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? throw new JsonException("it is empty");
    }

    /// <exception cref="IOException">It cannot be written; so too UnauthorizedAccessException.</exception>
    public static void Write<T>(string path, T value, JsonTypeInfo<T> type) => Write(path, JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <inheritdoc cref="Write{T}"/>
    public static void Write(string path, byte[] json)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var part = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.part");
        try
        {
            using (var file = File.Create(part))
            {
                file.Write(json);
                file.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part); // nothing is there when all went well
        }
    }
}
