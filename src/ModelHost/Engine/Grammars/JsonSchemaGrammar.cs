using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ModelHost.Engine.Grammars.Schemas;

namespace Platform.ModelHost.Engine.Grammars;

/// <summary>Turns a JSON Schema into a grammar, so that an answer can only be a value that the schema takes.</summary>
/// <remarks>
/// Supported: type (one or a list), enum, const, anyOf, oneOf (of alternatives that exclude each other), allOf (where it can be written as one schema), $ref into the same document, also in circles;
/// properties, required, additionalProperties; items, prefixItems, minItems, maxItems; minLength, maxLength, or pattern, or format (date, time, date-time, uuid); minimum, maximum, exclusiveMinimum, exclusiveMaximum
/// (of numbers that are not integers: whole ones). Without effect: $schema, $id, $comment, $defs, definitions, title, description, default, examples, deprecated, readOnly, writeOnly, uniqueItems: false.
/// Every other keyword is refused with its place; none is ignored. Schemas are untrusted: size, depth and repetitions are bounded, and what comes out passes <see cref="GrammarCheck"/>.
/// </remarks>
public static class JsonSchemaGrammar
{
    private const int MostCharacters = 64 * 1024, MostDepth = 64;

    /// <summary>The grammar of one JSON object of any content.</summary>
    public static string AnyObject { get; } = Write(draft => new JsonRules(draft).Object);

    /// <summary>The grammar of the values that a schema takes.</summary>
    /// <param name="schema">The schema, as it came.</param>
    /// <param name="parameter">The field of the request that it comes from.</param>
    /// <exception cref="EngineException">Kind BadRequest; the message names the place as a JSON pointer.</exception>
    public static string Of(JsonElement schema, string parameter = "response_format")
    {
        try
        {
            return Write(draft => AddTo(draft, schema));
        }
        catch (GrammarFault fault)
        {
            throw fault.Refusal(parameter);
        }
    }

    /// <summary>Adds a schema's rules to a grammar that is being written.</summary>
    /// <returns>The expression of its values.</returns>
    /// <exception cref="GrammarFault">The schema is refused.</exception>
    internal static string AddTo(GrammarDraft draft, JsonElement schema) => Compiler(draft, schema).CompileDocument();

    /// <summary>A compiler of a schema into a grammar that is being written.</summary>
    /// <exception cref="GrammarFault">It is too long, or no schema.</exception>
    internal static SchemaCompiler Compiler(GrammarDraft draft, JsonElement schema)
    {
        var text = schema.GetRawText();
        if (text.Length > MostCharacters) { throw new GrammarFault($"The schema has {text.Length} characters; {MostCharacters} is the most."); }
        CheckForm(schema, "#", 1);
        return new SchemaCompiler(draft, JsonNode.Parse(text) ?? throw SchemaFault.At("#", "a schema is an object, true or false."));
    }

    /// <summary>No deeper than what is made of it can be followed, and no name twice in an object.</summary>
    private static void CheckForm(JsonElement value, string at, int depth)
    {
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)) { return; }
        if (depth > MostDepth) { throw SchemaFault.At(at, $"the schema is nested deeper than {MostDepth}. Say parts of it in $defs, and refer to them."); }
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var (i, item) in value.EnumerateArray().Index()) { CheckForm(item, $"{at}/{i}", depth + 1); }
            return;
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (!names.Add(property.Name)) { throw SchemaFault.At(at.Below(property.Name), "the name stands twice in its object."); }
            CheckForm(property.Value, at.Below(property.Name), depth + 1);
        }
    }

    private static string Write(Func<GrammarDraft, string> write)
    {
        var draft = new GrammarDraft();
        draft.Define(GrammarCheck.Root, write(draft));
        return draft.Finish();
    }
}
