using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>Reads keywords, and refuses those that this compiler would have to ignore.</summary>
internal static class SchemaKeywords
{
    /// <summary>Every kind of JSON value; an integer is a number too.</summary>
    internal static readonly string[] Kinds = ["object", "array", "string", "number", "integer", "boolean", "null"];

    private static readonly HashSet<string> Supported =
    [
        "type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems", "maxItems",
        "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    ];

    private static readonly HashSet<string> WithoutEffect = ["$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"];

    /// <exception cref="GrammarFault">A keyword is not supported.</exception>
    internal static void Check(JsonObject schema, string at)
    {
        foreach (var (name, value) in schema)
        {
            if (WithoutEffect.Contains(name) || (name == "uniqueItems" && value is JsonValue unique && unique.TryGetValue<bool>(out var is_) && !is_)) { continue; }
            if (!Supported.Contains(name)) { throw SchemaFault.At(at.Below(name), $"the keyword '{name}' is not supported. Leave it out, or say it in another way."); }
        }
    }

    /// <summary>A schema without the keywords that allow or refuse nothing.</summary>
    internal static JsonObject Meaning(JsonObject schema) => new(schema.Where(k => Supported.Contains(k.Key)).Select(k => KeyValuePair.Create(k.Key, k.Value?.DeepClone())));

    /// <summary>The kinds of value that `type` allows, or that the other keywords speak of; all where none does.</summary>
    internal static IReadOnlyList<string> Types(JsonObject schema, string at)
    {
        if (schema["type"] is not { } type) { return Implied(schema); }
        string[] types = type is JsonArray list ? [.. list.Select((t, i) => Name(t, at.Below("type", i)))] : [Name(type, at.Below("type"))];
        if (types.Length == 0) { throw SchemaFault.At(at.Below("type"), "the list is empty, so nothing fits."); }
        return types.Contains("number") ? [.. types.Distinct().Where(t => t != "integer")] : [.. types.Distinct()];
    }

    /// <summary>The values that `enum` and `const` leave of those that have the type; null where there is neither.</summary>
    internal static IReadOnlyList<JsonNode?>? Values(JsonObject schema, string at)
    {
        var listed = List(schema, "enum", at);
        if (!schema.TryGetPropertyValue("const", out var only) && listed is null) { return null; }
        IEnumerable<JsonNode?> values = listed ?? [];
        if (schema.ContainsKey("const")) { values = listed is null || listed.Any(v => JsonNode.DeepEquals(v, only)) ? [only] : []; }
        var types = schema.ContainsKey("type") ? Types(schema, at) : Kinds;
        return [.. values.Where(v => types.Contains(KindOf(v)) || (types.Contains("integer") && IsWhole(v)))];
    }

    /// <summary>What a value is, numbers all alike.</summary>
    internal static string KindOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };

    internal static int? Count(JsonObject schema, string name, string at)
    {
        if (schema[name] is not { } node) { return null; }
        return node is JsonValue value && value.TryGetValue<decimal>(out var number) && number >= 0 && number <= int.MaxValue && decimal.Truncate(number) == number
            ? (int)number
            : throw SchemaFault.At(at.Below(name), "it must be a whole number, 0 or more.");
    }

    internal static string? Text(JsonObject schema, string name, string at) =>
        schema[name] is not { } node ? null : node is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw SchemaFault.At(at.Below(name), "it must be a text.");

    internal static JsonArray? List(JsonObject schema, string name, string at) =>
        schema[name] is not { } node ? null : node is JsonArray { Count: > 0 } list ? list : throw SchemaFault.At(at.Below(name), "it must be a list with something in it.");

    internal static JsonObject? Object(JsonObject schema, string name, string at) =>
        schema[name] is not { } node ? null : node as JsonObject ?? throw SchemaFault.At(at.Below(name), "it must be an object.");

    internal static bool IsFalse(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.False;

    internal static bool IsTrue(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    private static bool IsWhole(JsonNode? value) => KindOf(value) == "number" && value!.AsValue().TryGetValue<decimal>(out var number) && decimal.Truncate(number) == number;

    private static string Name(JsonNode? node, string at) =>
        node is JsonValue value && value.TryGetValue<string>(out var name) && Kinds.Contains(name) ? name : throw SchemaFault.At(at, $"a type is one of {string.Join(", ", Kinds)}.");

    private static string[] Implied(JsonObject schema)
    {
        var implied = new List<string>();
        if (Has("properties", "required", "additionalProperties")) { implied.Add("object"); }
        if (Has("items", "prefixItems", "minItems", "maxItems")) { implied.Add("array"); }
        if (Has("minLength", "maxLength", "pattern", "format")) { implied.Add("string"); }
        if (Has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")) { implied.Add("number"); }
        return implied.Count > 0 ? [.. implied] : [.. Kinds.Where(k => k != "integer")];

        bool Has(params ReadOnlySpan<string> names)
        {
            foreach (var name in names) { if (schema.ContainsKey(name)) { return true; } }
            return false;
        }
    }
}
