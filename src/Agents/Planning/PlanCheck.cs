using System.Text.Json;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;

namespace Platform.Agents.Planning;

/// <summary>What is wrong with a plan.</summary>
/// <param name="Field">Where, from the plan on: steps[1].dependsOn.</param>
internal sealed record PlanFault(string Field, string Message);

/// <summary>Says whether a plan can be carried out, whoever made it.</summary>
internal static class PlanCheck
{
    public const int MaxSteps = 12;
    private const int MaxText = 1000;

    /// <summary>What is wrong; null when nothing is.</summary>
    /// <param name="hasTool">Whether the agent has a tool of that name; null where that is seen later.</param>
    public static PlanFault? Fault(IReadOnlyList<PlanStep> steps, Func<string, bool>? hasTool)
    {
        if (steps.Count is 0 or > MaxSteps)
            return new("steps", $"A plan has 1 to {MaxSteps} steps; this has {steps.Count}.");
        HashSet<string> ids = [];
        for (var i = 0; i < steps.Count; i++)
        {
            if (Fault(steps[i], $"steps[{i}]", i + 1, hasTool) is { } fault)
                return fault;
            if (!ids.Add(steps[i].Id))
                return new($"steps[{i}].id", $"Two steps have the id '{steps[i].Id}'.");
        }
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].DependsOn.FirstOrDefault(on => on is null || !ids.Contains(on), steps[i].Id) is var lost && lost != steps[i].Id)
                return new($"steps[{i}].dependsOn", $"Step '{steps[i].Id}' depends on '{Findings.Short(lost ?? "")}', which is no step.");
        }
        return Circle(steps) is { } caught ? new($"steps[{steps.TakeWhile(step => step.Id != caught).Count()}].dependsOn", $"Step '{caught}' waits for itself.") : null;
    }

    /// <summary>Which step has begun and is another in a further version; null when none is.</summary>
    public static PlanFault? Begun(AgentPast past, IReadOnlyList<PlanStep> steps, IReadOnlyList<PlanChange> changes) =>
        changes.FirstOrDefault(change => change.Kind != PlanChangeKind.Moved && past.BegunPlanSteps.Contains(change.StepId)) is not { } begun ? null
        : new(steps.TakeWhile(step => step.Id != begun.StepId).Count() is var at && at < steps.Count ? $"steps[{at}]" : "steps", $"Step '{begun.StepId}' has begun and can no longer be changed.");

    private static PlanFault? Fault(PlanStep? step, string at, int number, Func<string, bool>? hasTool)
    {
        if (step?.Id is not { Length: > 0 and <= 32 } id)
            return new($"{at}.id", step?.Id is { Length: > 32 } given ? $"Step {number}: its id has at most 32 characters; this has {given.Length:N0}." : $"Step {number}: its id is missing.");
        if (step.Goal is not { Length: > 0 and <= MaxText } goal)
            return new($"{at}.goal", step.Goal is { Length: > MaxText } text ? $"Step '{id}': its goal has at most {MaxText:N0} characters; this has {text.Length:N0}." : $"Step '{id}': its goal is missing.");
        if (step.Tool is not { } tool)
            return new($"{at}.tool", $"Step '{id}': its tool is missing. It is \"\" for a step that only thinks.");
        if (tool.Length > 0 && hasTool?.Invoke(tool) == false)
            return new($"{at}.tool", $"Step '{id}': there is no tool '{Findings.Short(tool)}'.");
        if (step.Inputs is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
            return new($"{at}.inputs", $"Step '{id}': its inputs must be an object.");
        return step.DoneWhen.Length > MaxText ? new($"{at}.doneWhen", $"Step '{id}': when it is done is told in at most {MaxText:N0} characters; these are {step.DoneWhen.Length:N0}.") : null;
    }

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
