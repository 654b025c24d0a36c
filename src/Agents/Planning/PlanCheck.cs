using System.Text.Json;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;

namespace Platform.Agents.Planning;

/// <summary>Says whether a plan can be carried out, whoever made it.</summary>
internal static class PlanCheck
{
    public const int MaxSteps = 12;
    private const int MaxText = 1000;

    /// <summary>What is wrong; null when nothing is.</summary>
    /// <param name="hasTool">Whether the agent has a tool of that name; null where that is seen later.</param>
    public static string? Fault(IReadOnlyList<PlanStep> steps, Func<string, bool>? hasTool)
    {
        if (steps.Count is 0 or > MaxSteps)
            return $"A plan has 1 to {MaxSteps} steps; this has {steps.Count}.";
        HashSet<string> ids = [];
        foreach (var step in steps)
        {
            if (step?.Id is not { Length: > 0 and <= 32 } id || step.Goal is null || step.Tool is null || step.DependsOn is null || step.DoneWhen is null)
                return "Each step has an id of 1 to 32 characters, a goal, a tool or \"\", what it depends on, and when it is done.";
            if (!ids.Add(id))
                return $"Two steps have the id '{id}'.";
            if (step.Goal.Length is 0 or > MaxText || step.DoneWhen.Length > MaxText)
                return $"Step '{id}': its goal has 1 to {MaxText} characters, and when it is done at most as many.";
            if (step.Tool.Length > 0 && hasTool?.Invoke(step.Tool) == false)
                return $"Step '{id}': there is no tool '{Findings.Short(step.Tool)}'.";
            if (step.Inputs is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
                return $"Step '{id}': its inputs must be an object.";
        }
        if (steps.SelectMany(step => step.DependsOn.Select(on => (step.Id, On: on))).FirstOrDefault(pair => pair.On is null || !ids.Contains(pair.On)) is { Id: not null } lost)
            return $"Step '{lost.Id}' depends on '{Findings.Short(lost.On ?? "")}', which is no step.";
        return Circle(steps) is { } caught ? $"Step '{caught}' waits for itself." : null;
    }

    /// <summary>Which step has begun and is another in a further version; null when none is.</summary>
    public static string? Begun(AgentPast past, IReadOnlyList<PlanChange> changes) =>
        changes.FirstOrDefault(change => change.Kind != PlanChangeKind.Moved && past.BegunPlanSteps.Contains(change.StepId)) is { } begun ? $"Step '{begun.StepId}' has begun and can no longer be changed." : null;

    private static string? Circle(IReadOnlyList<PlanStep> steps)
    {
        HashSet<string> free = [];
        while (free.Count < steps.Count)
        {
            var next = steps.Where(step => !free.Contains(step.Id) && step.DependsOn.All(free.Contains)).ToList();
            if (next.Count == 0)
                return steps.First(step => !free.Contains(step.Id)).Id;
            free.UnionWith(next.Select(step => step.Id));
        }
        return null;
    }
}
