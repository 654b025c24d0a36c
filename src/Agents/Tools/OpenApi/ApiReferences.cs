using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Agents.Tools.OpenApi;

/// <summary>Writes the schemas of a document without references, for the tools' own. One that goes round, or too deep, ends as a schema that takes anything.</summary>
internal sealed class ApiReferences(JsonElement document)
{
    private const int MaxDepth = 10, MaxNodes = 2_000;

    /// <summary>What is kept of a schema: what ArgumentCheck and the model's grammar read.</summary>
    private static readonly string[] Kept = ["type", "description", "enum", "const", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "required", "default"];

    private int nodes;

    /// <summary>The element itself, or what its $ref inside the document names; undefined when that is not there.</summary>
    public JsonElement Resolve(JsonElement element)
    {
        for (var hop = 0; hop < MaxDepth && element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out var reference) && reference.ValueKind == JsonValueKind.String; hop++)
        {
            var path = reference.GetString()!;
            if (!path.StartsWith("#/", StringComparison.Ordinal))
                return default;
            element = document;
            foreach (var part in path[2..].Split('/').Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out var next))
                    return default;
                element = next;
            }
        }
        return element;
    }

    public JsonObject Schema(JsonElement given, int depth = 0)
    {
        JsonObject schema = [];
        var element = Resolve(given);
        if (depth > MaxDepth || ++nodes > MaxNodes || element.ValueKind != JsonValueKind.Object)
            return schema;
        foreach (var word in Kept)
        {
            if (element.TryGetProperty(word, out var value))
                schema[word] = JsonNode.Parse(value.GetRawText());
        }
        if (element.TryGetProperty("nullable", out var nullable) && nullable.ValueKind == JsonValueKind.True && schema["type"] is JsonValue type)
            schema["type"] = new JsonArray(type.DeepClone(), "null");
        if (element.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
            schema["properties"] = new JsonObject(properties.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, (JsonNode?)Schema(property.Value, depth + 1))));
        if (element.TryGetProperty("items", out var items))
            schema["items"] = Schema(items, depth + 1);
        foreach (var word in (ReadOnlySpan<string>)["anyOf", "oneOf", "allOf"])
        {
            if (element.TryGetProperty(word, out var parts) && parts.ValueKind == JsonValueKind.Array)
                schema[word] = new JsonArray([.. parts.EnumerateArray().Select(part => (JsonNode?)Schema(part, depth + 1))]);
        }
        return schema;
    }
}
