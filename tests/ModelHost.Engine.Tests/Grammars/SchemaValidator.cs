using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.ModelHost.Engine.Tests.Grammars;

/// <summary>JSON Schema as its specification says it, for the keywords that grammars are made of. Written apart from the compiler: it judges it.</summary>
internal sealed class SchemaValidator(JsonElement document)
{
    internal bool Takes(JsonElement value) => Holds(document, value);

    private bool Holds(JsonElement schema, JsonElement value)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False) { return schema.ValueKind == JsonValueKind.True; }
        return schema.EnumerateObject().All(k => Keyword(schema, k.Name, k.Value, value));
    }

    private bool Keyword(JsonElement schema, string name, JsonElement k, JsonElement value) => name switch
    {
        "type" => k.ValueKind == JsonValueKind.Array ? k.EnumerateArray().Any(t => Is(value, t.GetString()!)) : Is(value, k.GetString()!),
        "enum" => k.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value)),
        "const" => JsonElement.DeepEquals(k, value),
        "anyOf" => k.EnumerateArray().Any(s => Holds(s, value)),
        "oneOf" => k.EnumerateArray().Count(s => Holds(s, value)) == 1,
        "allOf" => k.EnumerateArray().All(s => Holds(s, value)),
        "$ref" => Holds(Find(k.GetString()!), value),
        _ => value.ValueKind switch
        {
            JsonValueKind.Object => OfObject(schema, name, k, value),
            JsonValueKind.Array => OfArray(schema, name, k, value),
            JsonValueKind.String => OfString(name, k, value.GetString()!),
            JsonValueKind.Number => OfNumber(name, k, value),
            _ => true,
        },
    };

    private bool OfObject(JsonElement schema, string name, JsonElement k, JsonElement value) => name switch
    {
        "required" => k.EnumerateArray().All(n => value.TryGetProperty(n.GetString()!, out _)),
        "properties" => k.EnumerateObject().All(p => !value.TryGetProperty(p.Name, out var member) || Holds(p.Value, member)),
        "additionalProperties" => value.EnumerateObject().All(m => (schema.TryGetProperty("properties", out var known) && known.TryGetProperty(m.Name, out _)) || Holds(k, m.Value)),
        _ => true,
    };

    private bool OfArray(JsonElement schema, string name, JsonElement k, JsonElement value)
    {
        var first = schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0;
        return name switch
        {
            "minItems" => value.GetArrayLength() >= k.GetInt32(),
            "maxItems" => value.GetArrayLength() <= k.GetInt32(),
            "prefixItems" => value.EnumerateArray().Zip(k.EnumerateArray()).All(pair => Holds(pair.Second, pair.First)),
            "items" => value.EnumerateArray().Skip(first).All(item => Holds(k, item)),
            _ => true,
        };
    }

    private static bool OfString(string name, JsonElement k, string text) => name switch
    {
        "minLength" => text.EnumerateRunes().Count() >= k.GetInt32(),
        "maxLength" => text.EnumerateRunes().Count() <= k.GetInt32(),
        "pattern" => Regex.IsMatch(text, k.GetString()!.Replace("$", "\\z", StringComparison.Ordinal), RegexOptions.CultureInvariant),
        "format" => k.GetString() switch
        {
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "time" => DateTimeOffset.TryParse("2024-01-01T" + text, CultureInfo.InvariantCulture, out _),
            "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            _ => Guid.TryParseExact(text, "D", out _),
        },
        _ => true,
    };

    private static bool OfNumber(string name, JsonElement k, JsonElement value) => name switch
    {
        "minimum" => value.GetDouble() >= k.GetDouble(),
        "exclusiveMinimum" => value.GetDecimal() > k.GetDecimal(),
        "maximum" => value.GetDouble() <= k.GetDouble(),
        "exclusiveMaximum" => value.GetDecimal() < k.GetDecimal(),
        _ => true,
    };

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind == JsonValueKind.Null,
    };

    private JsonElement Find(string pointer) => pointer.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name));
}
