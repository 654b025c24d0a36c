using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Training.Rows;

/// <summary>What JSON in a row says: its texts and numbers, those in texts that are JSON themselves too, as the arguments of a call are. Names by which parts of a row know each other are none of it.</summary>
internal static class JsonTexts
{
    /// <summary>Which of two fields of one name is meant nobody knows, and a tree of fields cannot hold both.</summary>
    private static readonly JsonDocumentOptions Once = new() { MaxDepth = RowReader.MaxDepth, AllowDuplicateProperties = false };

    private static readonly string[] Names = ["id", "name", "type", "$ref"];

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<string> In(string json)
    {
        List<string> texts = [];
        Map(json, text =>
        {
            texts.Add(text);
            return text;
        });
        return texts;
    }

    /// <summary>The JSON with each changed; a number that is changed is a text from then on. The same where none is. RowException named_twice where a field stands twice; in a text that is JSON itself it is a text as any.</summary>
    public static string Map(string json, Func<string, string> change)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(json, documentOptions: Once);
        }
        catch (JsonException)
        {
            throw new RowException("named_twice", "", "The tools, or a call of one, have a field twice in one object, or are nested too deep. Give each field once.");
        }
        return Changed(root, change, out var mapped) ? mapped!.ToJsonString(JsonFields.Plain) : json;
    }

    private static bool Changed(JsonNode? node, Func<string, string> change, out JsonNode? mapped)
    {
        var any = false;
        mapped = node;
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.ToList())
                {
                    if (value is JsonValue && Names.Contains(name) || !Changed(value, change, out var other)) continue;
                    if (other != value) fields[name] = other;
                    any = true;
                }
                return any;
            case JsonArray items:
                for (var at = 0; at < items.Count; at++)
                {
                    var value = items[at];
                    if (!Changed(value, change, out var other)) continue;
                    if (other != value) items[at] = other;
                    any = true;
                }
                return any;
            case JsonValue value when value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number:
                var said = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
                var changed = IsJson(said) ? Map(said, change) : change(said);
                if (changed == said) return false;
                mapped = changed;
                return true;
            default:
                return false;
        }
    }

    private static bool IsJson(string text)
    {
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..])
            return false;
        try
        {
            using var parsed = JsonDocument.Parse(text, Once);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
