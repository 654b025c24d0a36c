using System.Text.RegularExpressions;
using Platform.Agents.Memory;
using Platform.Agents.Tools;

namespace Platform.Agents.Definitions;

/// <summary>One thing that is wrong in a definition.</summary>
/// <param name="Path">The field, as the JSON names it: tools[2].name.</param>
/// <param name="Message">What is wrong, the value, the limit.</param>
public sealed record DefinitionFault(string Path, string Message)
{
    /// <summary>What is wrong, for who says it in other words.</summary>
    public DefinitionFaultKind Kind { get; init; }

    /// <summary>What the kind is about, in the order that it says.</summary>
    public IReadOnlyList<object> Values { get; init; } = [];
}

/// <summary>What can be wrong. Other: only the message says it. Length: least and most characters, and how many there are. Range: value, least, most. Count: most, and how many there are. Slug, ToolName, ToolAway (it is not here, or cannot be reached now), ModelAway, AdapterAway and BaseAway (the same), Unknown, Twice and Variable: the text in question. AlwaysAsked: a tool that no policy lets run without asking. Reasoning: it is to be shown by examples, and none has its reasoning. Of a file: FileNoJson, with line and character; FileField, with the field, line and character; FileVersion, with its format, its version and the newest that is read.</summary>
public enum DefinitionFaultKind { Other, Length, Range, Count, Unknown, Slug, ToolName, Twice, Variable, Reasoning, ToolAway, ModelAway, AdapterAway, BaseAway, AlwaysAsked, FileNoJson, FileField, FileVersion }

/// <summary>A definition that cannot be taken, with everything that is wrong in it.</summary>
public sealed class DefinitionException(IReadOnlyList<DefinitionFault> faults) : ArgumentException(string.Join(" ", faults.Select(f => $"{f.Path}: {f.Message}")))
{
    public IReadOnlyList<DefinitionFault> Faults { get; } = faults;
}

/// <summary>Says what a definition may hold. Everything that is wrong is told at once.</summary>
public static partial class DefinitionCheck
{
    /// <summary>Longest instructions, UTF-16 characters.</summary>
    public const int MaxInstructions = 16_000;

    /// <summary>Most demonstrations in a definition's store.</summary>
    public const int MaxDemonstrations = 200;

    /// <summary>All faults; none when it can be taken.</summary>
    public static IReadOnlyList<DefinitionFault> Faults(AgentDefinition definition)
    {
        if (Missing(definition) is { Count: > 0 } missing)
            return missing;
        Findings found = new();
        Identity(definition, found);
        Model(definition.Model, found);
        found.Text("instructions", definition.Instructions, 0, MaxInstructions);
        foreach (var variable in InstructionVariables.Unknown(definition.Instructions))
            found.Add("instructions", DefinitionFaultKind.Variable, [$"{{{{{variable}}}}}"], $"There is no variable {{{{{variable}}}}}; known are {string.Join(", ", InstructionVariables.Names.Select(name => $"{{{{{name}}}}}"))}.");
        found.Count("knowledge.baseIds", definition.Knowledge.BaseIds?.Count ?? 0, 100, "bases");
        found.Range("knowledge.top", definition.Knowledge.Top, 1, 50);
        found.Range("knowledge.threshold", definition.Knowledge.Threshold, 0, 1);
        found.Known("knowledge.citations", definition.Knowledge.Citations);
        Tools(definition.Tools, found);
        found.Count("agents", definition.Agents.Count, 16, "agents");
        for (var i = 0; i < definition.Agents.Count; i++)
            Named($"agents[{i}]", definition.Agents[i], found);
        found.Known("planning", definition.Planning);
        found.Range("limits.steps", definition.Limits.Steps, 1, 100);
        found.Range("limits.tokens", definition.Limits.Tokens, 500, 10_000_000);
        found.Range("limits.seconds", definition.Limits.Seconds, 1, 3600);
        found.Range("limits.toolCalls", definition.Limits.ToolCalls, 1, 1000);
        Prompting(definition.Prompting, found);
        found.Known("memory.scope", definition.Memory.Scope);
        found.Range("memory.windowTokens", definition.Memory.WindowTokens, 0, 1_000_000);
        Texts("starters", definition.Starters, 12, 500, found);
        return found.All;
    }

    /// <summary>Throws DefinitionException where there are faults.</summary>
    public static void Require(AgentDefinition definition)
    {
        if (Faults(definition) is { Count: > 0 } faults)
            throw new DefinitionException(faults);
    }

    /// <summary>JSON may hold null where the program knows none.</summary>
    private static List<DefinitionFault> Missing(AgentDefinition definition)
    {
        (string Path, object? Value)[] fields =
        [
            ("tags", definition.Tags), ("model", definition.Model), ("knowledge", definition.Knowledge), ("limits", definition.Limits), ("memory", definition.Memory),
            ("prompting", definition.Prompting), ("starters", definition.Starters), ("tools", definition.Tools), ("agents", definition.Agents),
            .. Numbered("tools", definition.Tools), .. Numbered("model.adapters", definition.Model?.Adapters), .. Numbered("prompting.demonstrations", definition.Prompting?.Demonstrations),
        ];
        return [.. fields.Where(field => field.Value is null).Select(field => new DefinitionFault(field.Path, "It is null. Leave it out, or give it a value."))];
    }

    private static IEnumerable<(string Path, object? Value)> Numbered<T>(string path, IReadOnlyList<T>? entries) =>
        (entries ?? []).Select((entry, i) => ($"{path}[{i}]", (object?)entry));

    private static void Identity(AgentDefinition definition, Findings found)
    {
        found.Text("name", definition.Name, 1, 80);
        Named("slug", definition.Slug, found);
        found.Text("description", definition.Description, 0, 1000);
        found.Text("avatar", definition.Avatar, 0, 16);
        Texts("tags", definition.Tags, 20, 40, found);
    }

    private static void Named(string path, string? slug, Findings found)
    {
        if (slug is null || !Slug().IsMatch(slug))
            found.Add(path, DefinitionFaultKind.Slug, [Findings.Short(slug ?? "")], $"'{Findings.Short(slug ?? "")}' is not a name for programs: a small letter, then small letters, digits and hyphens, at most 64.");
    }

    private static void Model(ModelSettings model, Findings found)
    {
        found.Text("model.id", model.Id, 0, 200);
        found.Range("model.temperature", model.Temperature, 0, 2);
        found.Range("model.topP", model.TopP, 0.01, 1);
        found.Range("model.maxTokens", model.MaxTokens, 16, 32_768);
        Texts("model.stop", model.Stop ?? [], 4, 100, found);
        if (model.Effort is { } effort)
            found.Known("model.effort", effort);
        var adapters = model.Adapters ?? [];
        found.Count("model.adapters", adapters.Count, 8, "adapters");
        for (var i = 0; i < adapters.Count; i++)
        {
            found.Text($"model.adapters[{i}].name", adapters[i].Name, 1, 200);
            found.Range($"model.adapters[{i}].scale", adapters[i].Scale, 0, 2);
        }
    }

    private static void Tools(IReadOnlyList<ToolSetting> tools, Findings found)
    {
        found.Count("tools", tools.Count, 64, "tools");
        HashSet<string> seen = [];
        for (var i = 0; i < tools.Count; i++)
        {
            if (tools[i].Name is not { } name || !ToolName().IsMatch(name))
                found.Add($"tools[{i}].name", DefinitionFaultKind.ToolName, [Findings.Short(tools[i].Name ?? "")], $"'{Findings.Short(tools[i].Name ?? "")}' is not a tool's name: a small letter, then small letters, digits and underscores, at most 64.");
            else if (!seen.Add(name))
                found.Add($"tools[{i}].name", DefinitionFaultKind.Twice, [name], $"'{name}' is listed twice.");
            found.Known($"tools[{i}].policy", tools[i].Policy);
            if (tools[i].AlwaysFor is { } given && (given & ~(ToolEffects.Reads | ToolEffects.Writes | ToolEffects.Network)) != 0)
                found.Add($"tools[{i}].alwaysFor", DefinitionFaultKind.Unknown, [given], $"'{given}' is none of reads, writes and network, or several of them.");
            if (tools[i] is (RememberTool.ToolName, ToolPolicy.Always))
                found.Add($"tools[{i}].policy", DefinitionFaultKind.AlwaysAsked, [RememberTool.ToolName], "What an agent keeps is read by a person each time. Choose ask.");
        }
    }

    private static void Prompting(PromptingSettings prompting, Findings found)
    {
        found.Known("prompting.reasoning", prompting.Reasoning);
        found.Known("prompting.order", prompting.Order);
        found.Known("prompting.sections", prompting.Sections);
        found.Range("prompting.shown", prompting.Shown, 0, 20);
        found.Range("prompting.samples", prompting.Samples, 1, 15);
        var demonstrations = prompting.Demonstrations ?? [];
        found.Count("prompting.demonstrations", demonstrations.Count, MaxDemonstrations, "demonstrations");
        for (var i = 0; i < demonstrations.Count; i++)
        {
            found.Text($"prompting.demonstrations[{i}].question", demonstrations[i].Question, 1, 4000);
            found.Text($"prompting.demonstrations[{i}].answer", demonstrations[i].Answer, 1, 4000);
            found.Text($"prompting.demonstrations[{i}].reasoning", demonstrations[i].Reasoning, 0, 4000);
        }
        if (prompting.Reasoning == ReasoningMode.FewShot && !demonstrations.Any(d => d.Reasoning.Length > 0))
            found.Add("prompting.reasoning", DefinitionFaultKind.Reasoning, [], "Reasoning shown by examples needs a demonstration with its reasoning. Add one, or choose zeroShot.");
    }

    private static void Texts(string path, IReadOnlyList<string> texts, int most, int longest, Findings found)
    {
        found.Count(path, texts.Count, most, "entries");
        for (var i = 0; i < texts.Count; i++)
            found.Text($"{path}[{i}]", texts[i], 1, longest);
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,63}$")]
    private static partial Regex Slug();

    [GeneratedRegex("^[a-z][a-z0-9_]{0,63}$")]
    private static partial Regex ToolName();
}
