using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>Reads a file of ours that holds a JSON object a line.</summary>
internal static class JsonLines
{
    /// <exception cref="InvalidDataException">A line is damaged: our file, and nobody's request.</exception>
    public static IEnumerable<T> Read<T>(string path, JsonTypeInfo<T> type) => Parse(File.ReadLines(path), path, type);

    /// <summary>The same of lines that were read already.</summary>
    /// <inheritdoc cref="Read"/>
    public static IEnumerable<T> Parse<T>(IEnumerable<string> lines, string path, JsonTypeInfo<T> type) => lines.Select((line, at) => Parse(line, at + 1, path, type));

    private static T Parse<T>(string line, int number, string path, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new JsonException("it is empty");
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"Line {number} of {path} is damaged.", damaged);
        }
    }
}
