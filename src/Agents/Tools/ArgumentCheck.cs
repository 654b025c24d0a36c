using System.Globalization;
using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools;

/// <summary>Checks the arguments of a call against a tool's schema before the tool sees them.</summary>
/// <remarks>
/// Both sides are untrusted: arguments come from a model, schemas of MCP servers from strangers. It reads type, properties, required, additionalProperties (false, or a schema), items,
/// enum, const, minimum, maximum, exclusive ones, lengths, item counts, anyOf, oneOf and allOf. Other words of JSON Schema, patterns and references among them, are left to the tool.
/// </remarks>
public sealed class ArgumentCheck
{
    /// <summary>The longest arguments of a call, characters of JSON.</summary>
    public const int MaxCharacters = 32_768;

    private const int MaxDepth = 16;

    private readonly ToolTexts texts;

    private ArgumentCheck(ToolTexts texts) => this.texts = texts;

    /// <summary>Null when the arguments fit, else what is wrong, in English: the place, the value and what is wanted.</summary>
    public static string? Fault(JsonElement schema, JsonElement arguments) => Fault(schema, arguments, ToolTexts.In(AnswerLanguage.English));

    /// <summary>What is wrong with one argument that a person typed, in their language; null where it fits.</summary>
    public static string? FaultOf(string name, JsonElement schema, JsonElement value, CultureInfo reader) =>
        new ArgumentCheck(ToolTexts.In(reader.TwoLetterISOLanguageName == "zh" ? AnswerLanguage.Chinese : AnswerLanguage.English)).Fault(schema, value, name, 0);

    /// <summary>The same in the words of a language.</summary>
    internal static string? Fault(JsonElement schema, JsonElement arguments, ToolTexts texts)
    {
        if (arguments.ValueKind != JsonValueKind.Object)
            return texts.ArgumentsNoObject;
        var length = arguments.GetRawText().Length;
        return length > MaxCharacters ? texts.ArgumentsTooLong(length, MaxCharacters) : Twice(arguments, "") is { } twice ? texts.GivenTwice(texts.Place(ShortText.Of(twice, 80))) : new ArgumentCheck(texts).Fault(schema, arguments, "", 0);
    }

    /// <summary>The first name that an object holds twice, wherever it is: which of the two counts differs from reader to reader.</summary>
    private static string? Twice(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Array)
            return value.EnumerateArray().Select(item => Twice(item, at)).FirstOrDefault(twice => twice is not null);
        if (value.ValueKind != JsonValueKind.Object)
            return null;
        HashSet<string> names = new(StringComparer.Ordinal);
        return value.EnumerateObject().Select(property => !names.Add(property.Name) ? Join(at, property.Name) : Twice(property.Value, Join(at, property.Name))).FirstOrDefault(twice => twice is not null);
    }

    private string? Fault(JsonElement schema, JsonElement value, string at, int depth)
    {
        if (depth > MaxDepth)
            return texts.TooDeep(Place(at), MaxDepth);
        if (schema.ValueKind != JsonValueKind.Object)
            return schema.ValueKind == JsonValueKind.False ? texts.NotToGive(Place(at)) : null;
        return KindFault(schema, value, at) ?? ChoiceFault(schema, value, at, depth) ?? value.ValueKind switch
        {
            JsonValueKind.Object => ObjectFault(schema, value, at, depth),
            JsonValueKind.Array => ArrayFault(schema, value, at, depth),
            JsonValueKind.String => CountFault(schema, "minLength", "maxLength", value.GetString()!.Length, at, texts.Characters),
            JsonValueKind.Number => NumberFault(schema, value, at),
            _ => null,
        };
    }

    private string? KindFault(JsonElement schema, JsonElement value, string at)
    {
        if (!schema.TryGetProperty("type", out var type))
            return null;
        string[] kinds = type.ValueKind switch
        {
            JsonValueKind.String => [type.GetString()!],
            JsonValueKind.Array => [.. type.EnumerateArray().Where(kind => kind.ValueKind == JsonValueKind.String).Select(kind => kind.GetString()!)],
            _ => [],
        };
        return kinds.Length == 0 || kinds.Any(kind => Is(kind, value)) ? null : texts.WrongKind(Place(at), kinds, Shown(value));
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

    private string? ChoiceFault(JsonElement schema, JsonElement value, string at, int depth)
    {
        if (schema.TryGetProperty("enum", out var choices) && choices.ValueKind == JsonValueKind.Array && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
            return texts.NotAmong(Place(at), Shown(value), string.Join(", ", choices.EnumerateArray().Take(20).Select(Shown)));
        if (schema.TryGetProperty("const", out var only) && !JsonElement.DeepEquals(only, value))
            return texts.NotTheOnly(Place(at), Shown(value), Shown(only));
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

    private string? ObjectFault(JsonElement schema, JsonElement value, string at, int depth)
    {
        foreach (var name in Schemas(schema, "required").Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!))
        {
            if (!value.TryGetProperty(name, out _))
                return texts.Missing(Place(Join(at, name)));
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
                return texts.NotKnown(Place(place), hasProperties ? string.Join(", ", properties.EnumerateObject().Select(p => p.Name)) : "");
            }
            else if (others.ValueKind == JsonValueKind.Object && Fault(others, property.Value, place, depth + 1) is { } fault)
            {
                return fault;
            }
        }
        return null;
    }

    private string? ArrayFault(JsonElement schema, JsonElement value, string at, int depth)
    {
        if (CountFault(schema, "minItems", "maxItems", value.GetArrayLength(), at, texts.Items) is { } count)
            return count;
        return schema.TryGetProperty("items", out var items)
            ? value.EnumerateArray().Select((item, index) => Fault(items, item, $"{at}[{index.ToString(CultureInfo.InvariantCulture)}]", depth + 1)).FirstOrDefault(fault => fault is not null)
            : null;
    }

    private string? CountFault(JsonElement schema, string least, string most, int count, string at, string unit)
    {
        if (Limit(schema, least) is { } min && count < min)
            return texts.TooFew(Place(at), count, unit, min);
        return Limit(schema, most) is { } max && count > max ? texts.TooMany(Place(at), count, unit, max) : null;
    }

    private string? NumberFault(JsonElement schema, JsonElement value, string at)
    {
        var number = value.GetDouble();
        if (!double.IsFinite(number))
            return texts.NoSuchNumber(Place(at));
        if (Limit(schema, "minimum") is { } min && number < min)
            return texts.TooSmall(Place(at), Shown(value), Wanted("≥", min));
        if (Limit(schema, "exclusiveMinimum") is { } above && number <= above)
            return texts.TooSmall(Place(at), Shown(value), Wanted(">", above));
        if (Limit(schema, "maximum") is { } max && number > max)
            return texts.TooLarge(Place(at), Shown(value), Wanted("≤", max));
        return Limit(schema, "exclusiveMaximum") is { } below && number >= below ? texts.TooLarge(Place(at), Shown(value), Wanted("<", below)) : null;

        static string Wanted(string sign, double limit) => string.Create(CultureInfo.InvariantCulture, $"{sign} {limit}");
    }

    private static double? Limit(JsonElement schema, string word) =>
        schema.TryGetProperty(word, out var limit) && limit.ValueKind == JsonValueKind.Number ? limit.GetDouble() : null;

    private static JsonElement.ArrayEnumerator Schemas(JsonElement schema, string word) =>
        schema.TryGetProperty(word, out var parts) && parts.ValueKind == JsonValueKind.Array ? parts.EnumerateArray() : default;

    private static string Join(string at, string name) => at.Length == 0 ? name : $"{at}.{name}";

    private string Place(string at) => at.Length == 0 ? texts.TheObject : texts.Place(ShortText.Of(at, 80));

    private static string Shown(JsonElement value) => ShortText.Of(value.GetRawText(), 80);
}
