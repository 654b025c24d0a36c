using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Prompting;
using Platform.Agents.Tools;

namespace Platform.Agents.Planning;

/// <summary>A tool in one line of the planner's prompt: what it is for, and its inputs with their kinds, those that may be left out with a question mark. The schemas of many tools would fill a small model's context; a step's own decision has its tool's whole.</summary>
internal static class ToolLine
{
    private const int Many = 12, FewWords = 120, MostWords = 600, MostInputs = 12, MostChoices = 6;

    /// <param name="tools">How many are on offer: of many each is told in fewer words.</param>
    public static string Of(AgentTool tool, int tools, PromptWords words) =>
        $"- {tool.Name}: {ShortText.Of(tool.DescriptionIn(words.Language), tools > Many ? FewWords : MostWords)} {words.Inputs}{Kind(tool.Parameters, 0)}";

    private static string Kind(JsonElement schema, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return "any";
        if (schema.TryGetProperty("enum", out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() <= MostChoices)
            return string.Join('|', choices.EnumerateArray().Select(choice => ShortText.Of(choice.GetRawText(), FewWords)));
        var kind = schema.TryGetProperty("type", out var type) ? Named(type) : "any";
        if (kind == "array")
            return $"[{(schema.TryGetProperty("items", out var items) ? Kind(items, depth + 1) : "any")}]";
        if (!schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
            return kind;
        if (depth > 2)
            return "object";
        var required = schema.TryGetProperty("required", out var must) && must.ValueKind == JsonValueKind.Array ? must.EnumerateArray().Select(name => name.ToString()).ToHashSet() : [];
        var shown = properties.EnumerateObject().OrderByDescending(property => required.Contains(property.Name)).Take(MostInputs).Select(property => $"{property.Name}{(required.Contains(property.Name) ? "" : "?")}: {Kind(property.Value, depth + 1)}");
        return $"{{{UntrustedText.ForPrompt(string.Join(", ", shown)).ReplaceLineEndings(" ")}}}";
    }

    // A stranger's schema may hold anything there.
    private static string Named(JsonElement type) => type.ValueKind switch
    {
        JsonValueKind.String => type.GetString()!,
        JsonValueKind.Array => string.Join('|', type.EnumerateArray().Select(one => one.ToString())),
        _ => "any",
    };
}
