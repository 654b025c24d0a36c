using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>One schema that allows what two allow together.</summary>
internal static class SchemaMerge
{
    internal static JsonObject Of(JsonObject first, JsonObject second, string at)
    {
        CheckAdditional(first, second, at);
        CheckAdditional(second, first, at);
        var merged = (JsonObject)first.DeepClone();
        foreach (var (name, value) in second)
        {
            merged[name] = merged.ContainsKey(name) ? Keyword(name, merged[name], value, at) : value?.DeepClone();
        }
        return merged;
    }

    private static JsonNode? Keyword(string name, JsonNode? first, JsonNode? second, string at)
    {
        if (JsonNode.DeepEquals(first, second)) { return first?.DeepClone(); }
        return name switch
        {
            "type" => Types(first, second, at),
            "required" => new JsonArray([.. Items(first).Concat(Items(second)).DistinctBy(JsonTexts.Of).Select(n => n?.DeepClone())]),
            "enum" => Values(first, second, at),
            "properties" => Properties(first, second),
            "items" => Both(first, second),
            "additionalProperties" when SchemaKeywords.IsTrue(first) => second?.DeepClone(),
            "additionalProperties" when SchemaKeywords.IsTrue(second) => first?.DeepClone(),
            "minimum" or "exclusiveMinimum" or "minLength" or "minItems" => Number(first, second, at.Below(name), Math.Max),
            "maximum" or "exclusiveMaximum" or "maxLength" or "maxItems" => Number(first, second, at.Below(name), Math.Min),
            _ => throw SchemaFault.At(at.Below(name), $"'{name}' stands twice with different values among schemas that must hold together. Write them as one schema."),
        };
    }

    private static JsonArray Types(JsonNode? first, JsonNode? second, string at)
    {
        var (a, b) = (Names(first), Names(second));
        var both = a.Where(t => b.Contains(t) || (t == "integer" && b.Contains("number"))).Concat(b.Where(t => t == "integer" && a.Contains("number"))).Distinct().ToArray();
        return both.Length > 0 ? new JsonArray([.. both.Select(t => (JsonNode)t)]) : throw SchemaFault.At(at.Below("type"), "the types of the schemas that must hold together exclude each other.");
    }

    private static string[] Names(JsonNode? type) => [.. (type is JsonArray list ? list : [type?.DeepClone()]).OfType<JsonValue>().Select(n => n.ToString())];

    private static JsonArray Values(JsonNode? first, JsonNode? second, string at)
    {
        var both = Items(first).Where(a => Items(second).Any(b => JsonNode.DeepEquals(a, b))).Select(n => n?.DeepClone()).ToArray();
        return both.Length > 0 ? new JsonArray(both) : throw SchemaFault.At(at.Below("enum"), "no value is in both lists.");
    }

    private static JsonObject Properties(JsonNode? first, JsonNode? second)
    {
        var merged = (JsonObject)(first as JsonObject ?? []).DeepClone();
        foreach (var (name, value) in second as JsonObject ?? []) { merged[name] = merged.ContainsKey(name) ? Both(merged[name], value) : value?.DeepClone(); }
        return merged;
    }

    private static JsonObject Both(JsonNode? first, JsonNode? second) => new() { ["allOf"] = new JsonArray(first?.DeepClone(), second?.DeepClone()) };

    private static JsonValue Number(JsonNode? first, JsonNode? second, string at, Func<decimal, decimal, decimal> choose) =>
        first is JsonValue a && a.TryGetValue<decimal>(out var x) && second is JsonValue b && b.TryGetValue<decimal>(out var y) ? JsonValue.Create(choose(x, y)) : throw SchemaFault.At(at, "it must be a number.");

    private static IEnumerable<JsonNode?> Items(JsonNode? list) => list as JsonArray ?? [];

    /// <summary>What one schema says of all names but its own cannot be said of a name that only the other knows.</summary>
    private static void CheckAdditional(JsonObject one, JsonObject other, string at)
    {
        if (one["additionalProperties"] is not { } additional || SchemaKeywords.IsTrue(additional)) { return; }
        var own = one["properties"] as JsonObject ?? [];
        if ((other["properties"] as JsonObject ?? []).FirstOrDefault(p => !own.ContainsKey(p.Key)) is { Key: { } name })
        {
            throw SchemaFault.At(at.Below("properties").Below(name), "another schema that must hold too says 'additionalProperties' and does not know this property. Write them as one schema.");
        }
    }
}
