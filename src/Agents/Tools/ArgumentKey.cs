using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Agents.Tools;

/// <summary>Tells arguments of calls apart: the same in any order have the same key. Of a name that is there twice, which a model may write, the last counts.</summary>
internal static class ArgumentKey
{
    public static string Of(JsonElement arguments) => Sorted(arguments)?.ToJsonString() ?? "null";

    private static JsonNode? Sorted(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(Fields(element).OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonValueKind.Array => new JsonArray([.. element.EnumerateArray().Select(Sorted)]),
        _ => JsonValue.Create(element),
    };

    /// <summary>The fields of an object, each name once.</summary>
    public static Dictionary<string, JsonElement> Fields(JsonElement element)
    {
        Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
            fields[property.Name] = property.Value;
        return fields;
    }
}
