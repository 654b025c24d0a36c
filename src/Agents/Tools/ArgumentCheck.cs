using System.Globalization;
using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools;

/// <summary>Checks the arguments of a call against a tool's schema before the tool sees them.</summary>
/// <remarks>
/// Both sides are untrusted: arguments come from a model, schemas of MCP servers from strangers. It reads type, properties, required, additionalProperties (false, or a schema), items,
/// enum, const, minimum, maximum, exclusive ones, lengths, item counts, anyOf, oneOf and allOf. Other words of JSON Schema, patterns and references among them, are left to the tool.
/// </remarks>
public static class ArgumentCheck
{
    /// <summary>The longest arguments of a call, characters of JSON.</summary>
    public const int MaxCharacters = 32_768;

    private const int MaxDepth = 16;

    /// <summary>Null when the arguments fit, else what is wrong: the place, the value and what is wanted.</summary>
    public static string? Fault(JsonElement schema, JsonElement arguments)
    {
        if (arguments.ValueKind != JsonValueKind.Object)
            return "they must be one JSON object.";
        var length = arguments.GetRawText().Length;
        return length > MaxCharacters
            ? string.Create(CultureInfo.InvariantCulture, $"they are {length:N0} characters; the limit is {MaxCharacters:N0}.")
            : Fault(schema, arguments, "", 0);
    }

    private static string? Fault(JsonElement schema, JsonElement value, string at, int depth)
    {
        if (depth > MaxDepth)
            return $"{Place(at)} is nested deeper than {MaxDepth}.";
        if (schema.ValueKind != JsonValueKind.Object)
            return schema.ValueKind == JsonValueKind.False ? $"{Place(at)} must not be given." : null;
        return KindFault(schema, value, at) ?? ChoiceFault(schema, value, at, depth) ?? value.ValueKind switch
        {
            JsonValueKind.Object => ObjectFault(schema, value, at, depth),
            JsonValueKind.Array => ArrayFault(schema, value, at, depth),
            JsonValueKind.String => CountFault(schema, "minLength", "maxLength", value.GetString()!.Length, at, "characters"),
            JsonValueKind.Number => NumberFault(schema, value, at),
            _ => null,
        };
    }

    private static string? KindFault(JsonElement schema, JsonElement value, string at)
    {
        if (!schema.TryGetProperty("type", out var type))
            return null;
        string[] kinds = type.ValueKind switch
        {
            JsonValueKind.String => [type.GetString()!],
            JsonValueKind.Array => [.. type.EnumerateArray().Where(kind => kind.ValueKind == JsonValueKind.String).Select(kind => kind.GetString()!)],
            _ => [],
        };
        return kinds.Length == 0 || kinds.Any(kind => Is(kind, value)) ? null : $"{Place(at)} must be of type {string.Join(" or ", kinds)}, but is {Shown(value)}.";
    }

    private static bool Is(string kind, JsonElement value) => kind switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && decimal.IsInteger(number),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => true,
    };

    private static string? ChoiceFault(JsonElement schema, JsonElement value, string at, int depth)
    {
        if (schema.TryGetProperty("enum", out var choices) && choices.ValueKind == JsonValueKind.Array && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
            return $"{Place(at)} is {Shown(value)}; it must be one of {string.Join(", ", choices.EnumerateArray().Take(20).Select(Shown))}.";
        if (schema.TryGetProperty("const", out var only) && !JsonElement.DeepEquals(only, value))
            return $"{Place(at)} is {Shown(value)}; it must be {Shown(only)}.";
        if (Schemas(schema, "allOf").Select(part => Fault(part, value, at, depth + 1)).FirstOrDefault(fault => fault is not null) is { } missed)
            return missed;
        foreach (var word in (ReadOnlySpan<string>)["anyOf", "oneOf"])
        {
            var faults = Schemas(schema, word).Select(part => Fault(part, value, at, depth + 1)).ToList();
            if (faults.Count > 0 && faults.TrueForAll(fault => fault is not null))
                return faults[0];
        }
        return null;
    }

    private static string? ObjectFault(JsonElement schema, JsonElement value, string at, int depth)
    {
        foreach (var name in Schemas(schema, "required").Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!))
        {
            if (!value.TryGetProperty(name, out _))
                return $"{Place(Join(at, name))} is missing.";
        }
        var hasProperties = schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object;
        var others = schema.TryGetProperty("additionalProperties", out var rest) ? rest : default;
        foreach (var property in value.EnumerateObject())
        {
            var place = Join(at, property.Name);
            if (hasProperties && properties.TryGetProperty(property.Name, out var known))
            {
                if (Fault(known, property.Value, place, depth + 1) is { } fault)
                    return fault;
            }
            else if (others.ValueKind == JsonValueKind.False)
            {
                var names = hasProperties ? string.Join(", ", properties.EnumerateObject().Select(p => p.Name)) : "none";
                return $"{Place(place)} is not known; the arguments are: {names}.";
            }
            else if (others.ValueKind == JsonValueKind.Object && Fault(others, property.Value, place, depth + 1) is { } fault)
            {
                return fault;
            }
        }
        return null;
    }

    private static string? ArrayFault(JsonElement schema, JsonElement value, string at, int depth)
    {
        if (CountFault(schema, "minItems", "maxItems", value.GetArrayLength(), at, "items") is { } count)
            return count;
        return schema.TryGetProperty("items", out var items)
            ? value.EnumerateArray().Select((item, index) => Fault(items, item, $"{at}[{index.ToString(CultureInfo.InvariantCulture)}]", depth + 1)).FirstOrDefault(fault => fault is not null)
            : null;
    }

    private static string? CountFault(JsonElement schema, string least, string most, int count, string at, string unit)
    {
        if (Limit(schema, least) is { } min && count < min)
            return string.Create(CultureInfo.InvariantCulture, $"{Place(at)} has {count:N0} {unit}; the least is {min:N0}.");
        return Limit(schema, most) is { } max && count > max
            ? string.Create(CultureInfo.InvariantCulture, $"{Place(at)} has {count:N0} {unit}; the limit is {max:N0}.")
            : null;
    }

    private static string? NumberFault(JsonElement schema, JsonElement value, string at)
    {
        var number = value.GetDouble();
        if (!double.IsFinite(number))
            return $"{Place(at)} is larger than a number can be.";
        if (Limit(schema, "minimum") is { } min && number < min || Limit(schema, "exclusiveMinimum") is { } above && number <= above)
            return $"{Place(at)} is {Shown(value)}; that is too small.";
        return Limit(schema, "maximum") is { } max && number > max || Limit(schema, "exclusiveMaximum") is { } below && number >= below
            ? $"{Place(at)} is {Shown(value)}; that is too large."
            : null;
    }

    private static double? Limit(JsonElement schema, string word) =>
        schema.TryGetProperty(word, out var limit) && limit.ValueKind == JsonValueKind.Number ? limit.GetDouble() : null;

    private static JsonElement.ArrayEnumerator Schemas(JsonElement schema, string word) =>
        schema.TryGetProperty(word, out var parts) && parts.ValueKind == JsonValueKind.Array ? parts.EnumerateArray() : default;

    private static string Join(string at, string name) => at.Length == 0 ? name : $"{at}.{name}";

    private static string Place(string at) => at.Length == 0 ? "the object" : $"\"{ShortText.Of(at, 80)}\"";

    private static string Shown(JsonElement value) => ShortText.Of(value.GetRawText(), 80);
}
