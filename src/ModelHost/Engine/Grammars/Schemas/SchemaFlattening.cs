using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>Finds what references point at, and makes one schema of `allOf` and of a reference with keywords beside it.</summary>
internal sealed class SchemaFlattening(JsonNode document)
{
    private const int MostDepth = 32, MostSteps = 50_000;

    private int depth, steps;

    /// <summary>A schema without the keywords that have no effect.</summary>
    internal static JsonObject Read(JsonNode? node, string at)
    {
        if (SchemaKeywords.IsTrue(node)) { return []; }
        if (node is not JsonObject schema) { throw SchemaFault.At(at, "a schema is an object, true or false."); }
        SchemaKeywords.Check(schema, at);
        return SchemaKeywords.Meaning(schema);
    }

    /// <summary>What a local reference points at: # or #/a/b.</summary>
    internal JsonNode? Resolve(string pointer, string at)
    {
        if (pointer != "#" && !pointer.StartsWith("#/", StringComparison.Ordinal)) { throw SchemaFault.At(at.Below("$ref"), $"'{pointer}' does not point into this schema. References begin with '#'."); }
        JsonNode? found = document;
        foreach (var part in pointer.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            found = found is JsonObject o && o.TryGetPropertyValue(name, out var value) ? value
                : found is JsonArray list && int.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && index < list.Count ? list[index]
                : throw SchemaFault.At(at.Below("$ref"), $"there is nothing at '{pointer}'.");
        }
        return found;
    }

    internal JsonObject Flatten(JsonObject schema, string at)
    {
        if (++steps > MostSteps) { throw SchemaFault.At(at, "the schema's combinations are too many. Make it smaller."); }
        if (!schema.ContainsKey("$ref") && !schema.ContainsKey("allOf")) { return schema; }
        if (++depth > MostDepth) { throw SchemaFault.At(at, $"'allOf' and references lead deeper than {MostDepth}. Does one of them contain itself?"); }
        var parts = new List<(JsonNode? Schema, string At)>();
        if (SchemaKeywords.Text(schema, "$ref", at) is { } pointer) { parts.Add((Resolve(pointer, at), pointer)); }
        if (SchemaKeywords.List(schema, "allOf", at) is { } all) { parts.AddRange(all.Select((part, i) => (part, at.Below("allOf", i)))); }
        schema.Remove("$ref");
        schema.Remove("allOf");
        foreach (var (part, place) in parts) { schema = SchemaMerge.Of(schema, Flatten(Read(part, place), place), place); }
        depth--;
        return schema;
    }
}
