using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Web.Features.Training;

/// <summary>A job's request as YAML, to be read, kept and compared; what is left to the service is left out.</summary>
public static class JobYaml
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonObject request)
    {
        ArgumentNullException.ThrowIfNull(request);
        StringBuilder yaml = new();
        Write(yaml, request, 0);
        return yaml.ToString();
    }

    private static void Write(StringBuilder yaml, JsonObject fields, int depth)
    {
        foreach (var (name, value) in fields.Where(field => !IsEmpty(field.Value)))
        {
            yaml.Append(' ', 2 * depth).Append(name).Append(':');
            Write(yaml, value!, depth + 1);
        }
    }

    private static void Write(StringBuilder yaml, JsonNode value, int depth)
    {
        switch (value)
        {
            case JsonObject inner:
                yaml.Append('\n');
                Write(yaml, inner, depth);
                break;
            case JsonArray items:
                yaml.Append('\n');
                foreach (var item in items.OfType<JsonNode>())
                    Item(yaml, item, depth);
                break;
            default:
                yaml.Append(' ').Append(value.ToJsonString(Plain)).Append('\n'); // YAML reads JSON's words and numbers as they are
                break;
        }
    }

    // The first field of an object stands beside the dash.
    private static void Item(StringBuilder yaml, JsonNode item, int depth)
    {
        StringBuilder lines = new();
        if (item is JsonObject inner)
            Write(lines, inner, depth + 1);
        else
            lines.Append(' ', 2 * (depth + 1)).Append(item.ToJsonString(Plain)).Append('\n');
        yaml.Append(' ', 2 * depth).Append("- ").Append(lines.ToString().AsSpan(2 * (depth + 1)));
    }

    private static bool IsEmpty(JsonNode? value) => value switch { null => true, JsonObject inner => inner.All(field => IsEmpty(field.Value)), JsonArray items => items.Count == 0, _ => false };
}
