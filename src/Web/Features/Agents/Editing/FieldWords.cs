using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Localization;
using Platform.Agents.Tools;

namespace Platform.Web.Features.Agents.Editing;

/// <summary>Fields of a definition and what stands in them, as the editor names them.</summary>
public static class FieldWords
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        ["name"] = "Name", ["slug"] = "Slug", ["description"] = "Description", ["avatar"] = "Avatar", ["tags"] = "Tags", ["instructions"] = "Instructions", ["starters"] = "Starters", ["agents"] = "MayAsk", ["planning"] = "Planning", ["tools"] = "Tools",
        ["model"] = "Model", ["model.id"] = "BaseModel", ["model.adapters"] = "Adapter", ["model.temperature"] = "Temperature", ["model.topP"] = "TopP", ["model.maxTokens"] = "MaxTokens", ["model.seed"] = "Seed", ["model.stop"] = "StopTexts", ["model.effort"] = "Effort",
        ["knowledge"] = "Knowledge", ["knowledge.baseIds"] = "Bases", ["knowledge.top"] = "Top", ["knowledge.threshold"] = "Threshold", ["knowledge.onlyFromSources"] = "OnlyFromSources", ["knowledge.citations"] = "Citations",
        ["limits.steps"] = "MaxSteps", ["limits.tokens"] = "MaxRunTokens", ["limits.seconds"] = "MaxSeconds", ["limits.toolCalls"] = "MaxToolCalls", ["limits.parallel"] = "Parallel",
        ["prompting.reasoning"] = "Reasoning", ["prompting.samples"] = "Samples", ["prompting.demonstrations"] = "Examples", ["prompting.shown"] = "ShownExamples", ["prompting.order"] = "Order", ["prompting.sections"] = "Sections",
        ["memory.scope"] = "Memory", ["memory.windowTokens"] = "WindowTokens",
    };

    // Where a field's value is one of our names.
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["policy"] = "Policy", ["planning"] = "Planning", ["citations"] = "Citations", ["reasoning"] = "Reasoning", ["order"] = "ExampleOrder", ["scope"] = "Memory", ["sections"] = "Sections", ["effort"] = "Effort",
    };

    /// <summary>Of tools[calculator].policy: Tools · Calculator. A field that has no words is told by its path.</summary>
    public static string Label(string path, IStringLocalizer<AgentsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(texts);
        var at = path.IndexOf('[', StringComparison.Ordinal);
        var label = Labels.TryGetValue(at < 0 ? path : path[..at], out var known) ? texts[known].Value : path;
        if (at < 0 || known is null)
        {
            return label;
        }
        var item = path[(at + 1)..path.IndexOf(']', at)];
        var named = int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (number + 1).ToString(CultureInfo.CurrentCulture) : texts[$"Tool_{item}"] is { ResourceNotFound: false } tool ? tool.Value : item;
        return $"{label} · {named}{(path.EndsWith(".scale", StringComparison.Ordinal) ? $" · {texts["Scale"]}" : path.EndsWith(".alwaysFor", StringComparison.Ordinal) ? $" · {texts["AlwaysFor"]}" : "")}";
    }

    /// <summary>What stands in a field: a text as it is typed, our names in the person's language, lists as lines, anything else as JSON.</summary>
    /// <param name="bases">Names of knowledge bases, by their ids.</param>
    public static string Value(string path, string json, IReadOnlyDictionary<Guid, string> bases, IStringLocalizer<AgentsTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(bases);
        ArgumentNullException.ThrowIfNull(texts);
        return Told(path[(path.LastIndexOf('.') + 1)..], JsonElement.Parse(json), bases, texts);
    }

    private static string Told(string field, JsonElement value, IReadOnlyDictionary<Guid, string> bases, IStringLocalizer<AgentsTexts> texts) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => texts[value.GetBoolean() ? "Yes" : "No"],
        JsonValueKind.String when value.TryGetGuid(out var id) => bases.GetValueOrDefault(id) ?? texts["BaseAway"],
        JsonValueKind.String when field == "alwaysFor" && Enum.TryParse<ToolEffects>(value.GetString(), ignoreCase: true, out var effects) => string.Join(texts["ListComma"], ToolWords.EffectsOf(effects).Select(effect => texts[$"Effect_{effect}"].Value)),
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? Values.TryGetValue(field, out var group) && texts[$"{group}_{char.ToUpperInvariant(text[0])}{text[1..]}"] is { ResourceNotFound: false } word ? word.Value : text : "—",
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => string.Join('\n', value.EnumerateArray().Select(item => Told(field, item, bases, texts))),
        JsonValueKind.Object when value.TryGetProperty("policy", out var policy) => Told("policy", policy, bases, texts),
        _ => value.GetRawText(),
    };
}
