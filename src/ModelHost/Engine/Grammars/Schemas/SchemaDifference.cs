using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>`oneOf` wants exactly one alternative to hold. A grammar can only offer them all, so each two must differ for certain: in type, in listed values, or in a property that both require.</summary>
internal static class SchemaDifference
{
    private const int MostAlternatives = 100, MostDepth = 4;

    internal static void Check(SchemaFlattening flattening, JsonArray alternatives, string at)
    {
        if (alternatives.Count > MostAlternatives) { throw SchemaFault.At(at, $"there are {alternatives.Count} alternatives; {MostAlternatives} is the most."); }
        var read = alternatives.Select((a, i) => flattening.Flatten(SchemaFlattening.Read(a, $"{at}/{i}"), $"{at}/{i}")).ToArray();
        for (var i = 0; i < read.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (!Differ(flattening, read[i], read[j], at, MostDepth)) { throw SchemaFault.At(at, $"alternatives {j} and {i} may hold at once. Give them different types or a required property with different values, or use anyOf."); }
            }
        }
    }

    private static bool Differ(SchemaFlattening flattening, JsonObject a, JsonObject b, string at, int depth)
    {
        if (depth < 0) { return false; }
        if (Alternatives(a) is { } ofA) { return ofA.All(one => Differ(flattening, flattening.Flatten(SchemaFlattening.Read(one, at), at), b, at, depth - 1)); }
        if (Alternatives(b) is { } ofB) { return ofB.All(one => Differ(flattening, a, flattening.Flatten(SchemaFlattening.Read(one, at), at), at, depth - 1)); }
        var (valuesA, valuesB) = (SchemaKeywords.Values(a, at), SchemaKeywords.Values(b, at));
        if (valuesA is not null && valuesB is not null) { return !valuesA.Any(x => valuesB.Any(y => JsonNode.DeepEquals(x, y))); }
        var (typesA, typesB) = (Kinds(a, valuesA, at), Kinds(b, valuesB, at));
        if (!typesA.Overlaps(typesB)) { return true; }
        return typesA.SetEquals(["object"]) && typesB.SetEquals(["object"]) && valuesA is null && valuesB is null
            && Required(a).Intersect(Required(b)).Any(name => Property(a, name) is { } inA && Property(b, name) is { } inB && Differ(flattening, Flat(inA), Flat(inB), at, depth - 1));

        JsonObject Flat(JsonObject schema) => flattening.Flatten(SchemaFlattening.Read(schema, at), at);
    }

    /// <summary>Types as the grammar writes them, integers among the numbers.</summary>
    private static HashSet<string> Kinds(JsonObject schema, IReadOnlyList<JsonNode?>? values, string at) =>
        [.. values is not null ? values.Select(SchemaKeywords.KindOf) : schema.ContainsKey("type") ? SchemaKeywords.Types(schema, at).Select(t => t == "integer" ? "number" : t) : SchemaKeywords.Kinds];

    private static JsonArray? Alternatives(JsonObject schema) => schema["anyOf"] as JsonArray ?? schema["oneOf"] as JsonArray;

    private static IEnumerable<string> Required(JsonObject schema) => (schema["required"] as JsonArray ?? []).OfType<JsonValue>().Select(n => n.ToString());

    private static JsonObject? Property(JsonObject schema, string name) => (schema["properties"] as JsonObject)?[name] as JsonObject;
}
