using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Grammars.Schemas;

/// <summary>Compiles one schema document into a grammar that is being written. Every text that the grammar takes is a value that the schema takes; where a grammar cannot say what the schema says, the schema is refused.</summary>
internal sealed class SchemaCompiler(GrammarDraft draft, JsonNode document)
{
    private const int MostSchemas = 5_000, MostDepth = 128;

    private readonly Dictionary<string, string> references = new(StringComparer.Ordinal);
    private readonly Queue<(string Name, string Pointer)> open = new();
    private readonly SchemaFlattening flattening = new(document);
    private int compiled, depth;

    internal GrammarDraft Draft { get; } = draft;

    internal JsonRules Json { get; } = new(draft);

    /// <summary>The rule of the whole document, with every rule that it needs.</summary>
    internal string CompileDocument()
    {
        var root = Compile(document, "#");
        CompileReferences();
        return root;
    }

    /// <summary>The rules of all properties of the document, an object, one by one, for who does not write it as JSON does.</summary>
    /// <param name="bare">How texts are written, which stand without JSON's marks; other values are written as JSON.</param>
    internal IReadOnlyList<(string Name, string Rule, bool IsRequired)> CompileProperties(BareTexts bare)
    {
        var rules = ObjectRules.Properties(FlatDocument(), "#").Select(p => (p.Name, BareTexts.Is(p.Schema) ? CompileBare(p.Schema, p.At, bare) : $"{Compile(p.Schema, p.At)} {bare.End}", p.IsRequired)).ToList();
        CompileReferences();
        return rules;
    }

    /// <summary>The document with what its references at the root say.</summary>
    internal JsonObject FlatDocument() => flattening.Flatten(SchemaFlattening.Read(document, "#"), "#");

    private string CompileBare(JsonNode? node, string at, BareTexts bare)
    {
        var outer = Draft.Place;
        Draft.Place = at;
        var schema = flattening.Flatten(SchemaFlattening.Read(node, at), at);
        var expression = Choice(schema, "anyOf", at, Inner) ?? Choice(schema, "oneOf", at, Inner) ?? Listed(schema, at, bare.Listed) ?? bare.Of(schema, at);
        Draft.Place = outer;
        return expression;

        string Inner(JsonNode? alternative, string place) => CompileBare(alternative, place, bare);
    }

    private void CompileReferences()
    {
        while (open.TryDequeue(out var reference))
        {
            var body = Compile(flattening.Resolve(reference.Pointer, reference.Pointer), reference.Pointer);
            Draft.Place = reference.Pointer;
            Draft.Define(reference.Name, body);
        }
        Draft.Place = "#";
    }

    /// <summary>An expression for the values that a schema takes.</summary>
    internal string Compile(JsonNode? node, string at)
    {
        if (++compiled > MostSchemas) { throw SchemaFault.At(at, $"the schema has more than {MostSchemas} parts, its combinations written out. Make it smaller."); }
        if (SchemaKeywords.IsTrue(node)) { return Json.Value; }
        if (SchemaKeywords.IsFalse(node)) { throw SchemaFault.At(at, "false allows nothing, and a value must stand here."); }
        var schema = SchemaFlattening.Read(node, at);
        if (schema.Count == 1 && SchemaKeywords.Text(schema, "$ref", at) is { } pointer) { return Reference(pointer, at); }
        if (schema.Count == 1 && schema["allOf"] is JsonArray { Count: 1 } only) { return Compile(only[0], at.Below("allOf", 0)); } // so that a reference stays one
        var outer = Draft.Place;
        Draft.Place = at;
        if (++depth > MostDepth) { throw SchemaFault.At(at, $"schemas lead deeper than {MostDepth} into each other. Does an 'allOf' contain its own schema? Use a plain $ref."); }
        var expression = CompileFlat(flattening.Flatten(schema, at), at);
        depth--;
        Draft.Place = outer;
        return expression;
    }

    private string CompileFlat(JsonObject schema, string at) => Choice(schema, "anyOf", at, Compile) ?? Choice(schema, "oneOf", at, Compile) ?? Listed(schema, at, value => GrammarDraft.Text(JsonTexts.Of(value))) ?? OfTypes(schema, at);

    private string Reference(string pointer, string at)
    {
        flattening.Resolve(pointer, at);
        if (references.TryGetValue(pointer, out var known)) { return known; }
        var name = Draft.Reserve("ref");
        references.Add(pointer, name);
        open.Enqueue((name, pointer)); // not at once: references may lead to references without end
        return name;
    }

    private string? Choice(JsonObject schema, string keyword, string at, Func<JsonNode?, string, string> compile)
    {
        if (SchemaKeywords.List(schema, keyword, at) is not { } alternatives) { return null; }
        if (keyword == "oneOf") { SchemaDifference.Check(flattening, alternatives, at.Below(keyword)); }
        schema.Remove(keyword);
        return GrammarDraft.Or([.. alternatives.Select((alternative, i) => compile(
            schema.Count == 0 ? alternative : SchemaMerge.Of(schema, flattening.Flatten(SchemaFlattening.Read(alternative, at.Below(keyword, i)), at.Below(keyword, i)), at.Below(keyword, i)),
            at.Below(keyword, i)))]);
    }

    private string? Listed(JsonObject schema, string at, Func<JsonNode?, string> write)
    {
        if (SchemaKeywords.Values(schema, at) is not { } values) { return null; }
        if (schema.FirstOrDefault(k => k.Key is not ("enum" or "const" or "type")) is { Key: { } other }) { throw SchemaFault.At(at.Below(other), $"'{other}' beside a list of values is not supported. Leave out the values that it excludes."); }
        return values.Select(write).Distinct().ToList() switch
        {
            [] => throw SchemaFault.At(at, "no value of the list has the type."),
            [var only] => only,
            var several => Draft.Rule("list", string.Join(" | ", several)), // a rule of its own: a list that is too long is told with its place
        };
    }

    private string OfTypes(JsonObject schema, string at) =>
        schema.Count == 0 ? Json.Value : GrammarDraft.Or([.. SchemaKeywords.Types(schema, at).Select(type => type switch
        {
            "object" => ObjectRules.Of(this, schema, at),
            "array" => ArrayRules.Of(this, schema, at),
            "string" => StringRules.Of(Draft, Json, schema, at),
            "number" => NumberRules.Number(Draft, schema, at),
            "integer" => NumberRules.Integer(Draft, schema, at),
            "boolean" => JsonRules.Boolean,
            _ => JsonRules.Null,
        })]);
}
