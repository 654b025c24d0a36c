using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Agents.Tools;

/// <summary>Tells arguments of calls apart: the same in any order have the same key.</summary>
internal static class ArgumentKey
{
    public static string Of(JsonElement arguments) => Sorted(JsonNode.Parse(arguments.GetRawText()))?.ToJsonString() ?? "null";

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => KeyValuePair.Create(f.Key, Sorted(f.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
