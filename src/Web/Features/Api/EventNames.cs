using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Platform.Web.Features.Api;

/// <summary>Stored data of a run in the words of the public API: snake_case fields and values. What a model, a tool or a person wrote stays as it is.</summary>
internal static partial class EventNames
{
    /// <summary>JSON of strangers.</summary>
    private static readonly HashSet<string> Foreign = ["arguments", "data", "inputs", "schema"];

    /// <summary>Fields whose values are names of ours.</summary>
    private static readonly HashSet<string> Named = ["status", "reason", "kind", "mode", "verdict", "stopReason", "insteadBecause", "nothingToSearch", "purpose", "state"];

    /// <summary>Data of an event as the API tells it.</summary>
    public static JsonNode? Of(string data) => Renamed(JsonNode.Parse(data));

    /// <summary>A name of ours: maxSteps becomes max_steps.</summary>
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static JsonNode? Renamed(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Key), Value(field.Key, field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Renamed)]),
        _ => node?.DeepClone(),
    };

    private static JsonNode? Value(string name, JsonNode? value) =>
        Foreign.Contains(name) ? value?.DeepClone()
        : Named.Contains(name) && value is JsonValue text && text.TryGetValue<string>(out var word) && CamelCase().IsMatch(word) ? JsonNamingPolicy.SnakeCaseLower.ConvertName(word)
        : Renamed(value);

    [GeneratedRegex("^[a-z]+([A-Z][a-z]+)+$")]
    private static partial Regex CamelCase();
}
