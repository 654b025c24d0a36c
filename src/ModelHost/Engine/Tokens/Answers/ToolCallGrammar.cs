using System.Text.Json;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Engine.Grammars.Schemas;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>Writes the grammar of calls in a model's own format, so that a call is always of a tool on offer and its arguments fit that tool's schema.</summary>
internal sealed class ToolCallGrammar(ToolCallFormat format)
{
    private const int MostCalls = 16, MostSpace = 4; // a weak model would go on calling, or writing line ends

    private readonly GrammarDraft draft = new();

    /// <summary>The grammar of one or more calls, or of a value in their place.</summary>
    /// <param name="tools">Those that may be called; none where only a value will do.</param>
    /// <param name="many">More than one call may be made at once, where the model can.</param>
    /// <param name="otherwise">JSON Schema of the value; null where there must be a call.</param>
    /// <param name="thoughts">What may stand before: the marks of thinking, and whether they are open already. Null when the grammar begins with the trigger.</param>
    /// <exception cref="GrammarFault">A tool's parameters are no schema that is supported.</exception>
    internal string Write(IReadOnlyList<ToolSchema> tools, bool many, JsonElement? otherwise, (ReasoningMarks Marks, bool AreOpen)? thoughts)
    {
        string[] ways = [.. tools.Count > 0 ? (string[])[Calls(tools, many)] : [], .. otherwise is { } schema ? (string[])[JsonSchemaGrammar.AddTo(draft, schema)] : []];
        draft.Define(GrammarCheck.Root, Before(thoughts) + GrammarDraft.Or(ways));
        return draft.Finish();
    }

    private string Calls(IReadOnlyList<ToolSchema> tools, bool many)
    {
        var call = draft.Rule("call", GrammarDraft.Or([.. tools.Select(tool => draft.Rule("tool", Call(tool)))]));
        var more = many && format.Between is not null ? $" ({Mark(format.Between + format.BeforeName)} {call}){{0,{MostCalls - 1}}}" : "";
        var close = format.Close.Length > 0 ? " " + Mark(format.Close) : "";
        return $"{Mark(format.Open + format.BeforeName)} {call}{more}{close}";
    }

    private string Before((ReasoningMarks Marks, bool AreOpen)? thoughts)
    {
        if (thoughts is not { } given) { return ""; }
        var rest = $"{BareTexts.Until(draft, given.Marks.Close)} {draft.Rule("space", $"[ \\n]{{0,{MostSpace}}}")}";
        return given.AreOpen ? rest + " " : $"({GrammarDraft.Text(given.Marks.Open)} {rest})? ";
    }

    private string Call(ToolSchema tool)
    {
        var head = Mark(tool.Name + format.AfterName);
        draft.Owner = $"Of the tool '{tool.Name}': ";
        try
        {
            var arguments = format.Pairs is { } pairs ? Pairs(pairs, tool.Parameters) : JsonSchemaGrammar.AddTo(draft, tool.Parameters);
            return $"{head} {arguments}{(format.AfterArguments.Length > 0 ? " " + Mark(format.AfterArguments) : "")}";
        }
        catch (GrammarFault fault)
        {
            throw new GrammarFault(draft.Owner + fault.Message);
        }
        finally
        {
            draft.Owner = "";
        }
    }

    /// <summary>The properties in the schema's order; those that are not required may be left out.</summary>
    private string Pairs(PairFormat pairs, JsonElement schema)
    {
        var written = JsonSchemaGrammar.Compiler(draft, schema).CompileProperties(new BareTexts(draft, pairs.AfterValue)).Select(property =>
        {
            var pair = $"{Mark(pairs.BeforeKey + property.Name + pairs.AfterKey)} {property.Rule}";
            return property.IsRequired ? pair : $"({pair})?";
        });
        return string.Join(' ', written) is { Length: > 0 } all ? all : "\"\"";
    }

    private string Mark(string text)
    {
        var parts = text.Split(ToolCallFormat.Id).Select(part => part.Length > 0 ? GrammarDraft.Text(part) : "").ToArray();
        return parts.Length == 1 ? parts[0] : string.Join(' ', string.Join(' ' + draft.Rule("id", "[a-zA-Z0-9]{9}") + ' ', parts).Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}

/// <summary>A tool on offer.</summary>
/// <param name="Parameters">A JSON Schema of an object.</param>
internal sealed record ToolSchema(string Name, JsonElement Parameters)
{
    private static readonly JsonElement NoParameters = JsonDocument.Parse("""{"type":"object","properties":{},"additionalProperties":false}""").RootElement;

    /// <exception cref="EngineException">Kind BadRequest: it is not of the API's form.</exception>
    internal static ToolSchema Of(JsonElement tool, int place)
    {
        var name = "";
        var isSound = tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object
            && function.TryGetProperty("name", out var given) && given.ValueKind == JsonValueKind.String && IsName(name = given.GetString()!);
        if (!isSound) { throw new EngineException(EngineErrorKind.BadRequest, $"Tool {place} has no function with a name of 1 to 64 letters, digits, '_' or '-'.") { Parameter = "tools" }; }
        return new ToolSchema(name, tool.GetProperty("function").TryGetProperty("parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Object && !TakesNothing(parameters) ? parameters : NoParameters);
    }

    /// <summary>The same with what references at the root of the parameters lead to, for who looks at the properties.</summary>
    internal ToolSchema Flat()
    {
        try
        {
            return this with { Parameters = JsonDocument.Parse(JsonSchemaGrammar.Compiler(new GrammarDraft(), Parameters).FlatDocument().ToJsonString()).RootElement };
        }
        catch (GrammarFault)
        {
            return this; // the grammar refuses it with the reason
        }
    }

    /// <summary>A function that lists no arguments takes none, as OpenAI has it; to a schema alone such an object could hold anything.</summary>
    private static bool TakesNothing(JsonElement schema) => (!schema.TryGetProperty("properties", out var listed) || (listed.ValueKind == JsonValueKind.Object && !listed.EnumerateObject().Any()))
        && schema.EnumerateObject().All(field => field.Name is "properties" or "type" or "description" or "title" or "$schema" or "$id" or "$comment" or "$defs" or "definitions" or "required");

    private static bool IsName(string name) => name.Length is >= 1 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
