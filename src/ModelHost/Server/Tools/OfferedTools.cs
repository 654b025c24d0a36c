using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.ModelHost.Engine.Tokens.Answers;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Tools;

/// <summary>A function that the model may call.</summary>
/// <param name="Parameters">JSON Schema of the arguments as it was sent; one without properties where the caller gave none.</param>
internal sealed record OfferedTool(string Name, string? Description, JsonElement Parameters)
{
    /// <summary>In the API's own form.</summary>
    public JsonElement ForTemplate()
    {
        var function = new JsonObject { ["name"] = Name };
        if (Description is not null)
        {
            function["description"] = Description;
        }

        function["parameters"] = JsonNode.Parse(Parameters.GetRawText());
        return JsonSerializer.SerializeToElement(new JsonObject { ["type"] = "function", ["function"] = function }, ServerJson.Wire.JsonObject);
    }
}

/// <summary>The tools of one request and how they may be used. Names, descriptions and schemas are untrusted.</summary>
internal sealed partial record OfferedTools(IReadOnlyList<OfferedTool> Tools, ToolChoice Choice, bool Parallel)
{
    private const int MaxTools = 128;

    private static readonly JsonElement NoArguments = JsonDocument.Parse("""{"type":"object","properties":{}}""").RootElement;

    public static OfferedTools None { get; } = new([], new ToolChoice(ToolChoiceKind.None), false);

    public bool IsUsed => Tools.Count > 0 && Choice.Kind != ToolChoiceKind.None;

    public bool IsForced => Choice.Kind is ToolChoiceKind.Required or ToolChoiceKind.Function;

    /// <summary>How the engine is to use them.</summary>
    public ToolUse Use => new(IsForced, Choice.Name, Parallel);

    /// <summary>The tools as templates take them; none where none may be called.</summary>
    public IReadOnlyList<JsonElement> ForTemplate => IsUsed ? [.. Tools.Select(tool => tool.ForTemplate())] : [];

    /// <exception cref="RequestRefused">A tool or the choice is wrong.</exception>
    public static OfferedTools Read(IReadOnlyList<ToolFields>? fields, JsonElement? choice, bool? parallel)
    {
        if (fields is { Count: > MaxTools })
        {
            throw Refused("tools", $"There are {fields.Count} tools; at most {MaxTools} are taken.");
        }

        var tools = (fields ?? []).Select((tool, i) => Read(tool, $"tools.[{i}]")).ToArray();
        if (tools.GroupBy(tool => tool.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw Refused("tools", $"Two tools have the name '{twice.Key}'.");
        }

        var chosen = ToolChoice.Read(choice, tools.Length > 0)
            ?? throw new RequestRefused(Problem.Invalid("tool_choice", "'tool_choice' must be none, auto, required, or {\"type\": \"function\", \"function\": {\"name\": …}}."));
        if (chosen.Kind is ToolChoiceKind.Required or ToolChoiceKind.Function && tools.Length == 0)
        {
            throw new RequestRefused(Problem.Invalid("tool_choice", "'tool_choice' asks for a call, and there are no 'tools'."));
        }

        return chosen.Kind == ToolChoiceKind.Function && !tools.Any(tool => tool.Name == chosen.Name)
            ? throw new RequestRefused(Problem.Invalid("tool_choice", $"'tool_choice' names '{chosen.Name}', which is none of the tools."))
            : new OfferedTools(tools, chosen, parallel == true);
    }

    private static OfferedTool Read(ToolFields? tool, string at) => tool switch
    {
        { Type: not (null or "function") } => throw Refused($"{at}.type", $"A tool of type '{tool.Type}' is not supported; this service takes functions."),
        { Function.Name: { } name } when ToolName().IsMatch(name) => new OfferedTool(name, tool.Function.Description, Parameters(tool.Function.Parameters, at)),
        _ => throw Refused($"{at}.function.name", $"'{at}.function.name' must have 1 to 64 letters, digits, '_' or '-'."),
    };

    private static JsonElement Parameters(JsonElement? parameters, string at) => parameters switch
    {
        null or { ValueKind: JsonValueKind.Null } => NoArguments,
        { ValueKind: JsonValueKind.Object } schema when !schema.TryGetProperty("type", out var type) || (type.ValueKind == JsonValueKind.String && type.ValueEquals("object")) => schema,
        { ValueKind: JsonValueKind.Object } => throw Refused($"{at}.function.parameters", $"'{at}.function.parameters' is no schema of an object: its 'type' must be \"object\", or be left out."),
        _ => throw Refused($"{at}.function.parameters", $"'{at}.function.parameters' must be a JSON schema."),
    };

    private static RequestRefused Refused(string param, string message) => new(new Problem(400, "invalid_request_error", "invalid_tool_schema", message, param));

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex ToolName();
}
