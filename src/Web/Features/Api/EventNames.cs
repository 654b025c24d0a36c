using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Agents.Tools;

namespace Platform.Web.Features.Api;

/// <summary>Stored data of a run in the words of the public API: snake_case fields and values. What a model, a tool or a person wrote stays as it is.</summary>
internal static partial class EventNames
{
    private const string Plan = "plan"; // what is asked about where it is no tool's call

    /// <summary>JSON of strangers.</summary>
    private static readonly HashSet<string> Foreign = ["arguments", "data", "inputs", "schema"];

    /// <summary>Fields whose values are names of ours.</summary>
    private static readonly HashSet<string> Named = ["status", "reason", "kind", "mode", "verdict", "stopReason", "insteadBecause", "nothingToSearch", "purpose", "state", "failure"];

    /// <summary>Data of an event as the API tells it.</summary>
    public static JsonNode? Of(string data) => Renamed(JsonNode.Parse(data));

    /// <summary>A name of ours: maxSteps becomes max_steps.</summary>
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>What a tool does, each by itself: reads, writes, network; nothing for one that only computes.</summary>
    public static JsonArray OfEffects(string effects) =>
        new([.. effects.Split(", ", StringSplitOptions.RemoveEmptyEntries).Where(effect => effect != nameof(ToolEffects.None)).Select(effect => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(effect))]);

    /// <summary>A field of ours, with where it stands: steps[1].dependsOn becomes steps[1].depends_on.</summary>
    public static string OfField(string field) => JsonNamingPolicy.SnakeCaseLower.ConvertName(field);

    /// <summary>A plan as the API tells it, with the names that it is stored under.</summary>
    public static JsonElement Stored(JsonElement plan) => JsonSerializer.SerializeToElement(Stored(JsonObject.Create(plan)));

    private static JsonNode? Stored(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(Underline().Replace(field.Key, next => next.Groups[1].Value.ToUpperInvariant()), Foreign.Contains(field.Key) ? field.Value?.DeepClone() : Stored(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Stored)]),
        _ => node?.DeepClone(),
    };

    private static JsonNode? Renamed(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Key),
            field.Key == "arguments" && fields["tool"] is JsonValue tool && tool.TryGetValue<string>(out var name) && name == Plan ? Renamed(field.Value) : Value(field.Key, field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Renamed)]),
        _ => node?.DeepClone(),
    };

    private static JsonNode? Value(string name, JsonNode? value) =>
        Foreign.Contains(name) ? value?.DeepClone()
        : name is "effects" or "alwaysFor" && value is JsonValue effects && effects.TryGetValue<string>(out var given) ? OfEffects(given)
        : Named.Contains(name) && value is JsonValue text && text.TryGetValue<string>(out var word) && CamelCase().IsMatch(word) ? JsonNamingPolicy.SnakeCaseLower.ConvertName(word)
        : Renamed(value);

    [GeneratedRegex("_([a-z])")]
    private static partial Regex Underline();

    [GeneratedRegex("^[a-z]+([A-Z][a-z]+)+$")]
    private static partial Regex CamelCase();
}
