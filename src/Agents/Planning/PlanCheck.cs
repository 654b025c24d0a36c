using System.Text.Json;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Prompting;

namespace Platform.Agents.Planning;

/// <summary>What is wrong with a plan.</summary>
/// <param name="Field">Where, from the plan on: steps[1].dependsOn.</param>
internal sealed record PlanFault(string Field, string Message);

/// <summary>Says whether a plan can be carried out, whoever made it.</summary>
internal static class PlanCheck
{
    public const int MaxSteps = 12;
    private const int MaxText = 1000, MaxId = 32;

    /// <summary>What is wrong, for people's programs, in English; null when nothing is. Whether the agent has its tools is seen later.</summary>
    public static PlanFault? Fault(IReadOnlyList<PlanStep> steps) => Fault(steps, hasTool: null, PromptWords.In(AnswerLanguage.English));

    /// <summary>The same in the words of a language.</summary>
    /// <param name="hasTool">Whether the agent has a tool of that name; null where that is seen later.</param>
    public static PlanFault? Fault(IReadOnlyList<PlanStep> steps, Func<string, bool>? hasTool, PromptWords words)
    {
        if (steps.Count is 0 or > MaxSteps)
            return new("steps", words.PlanSteps(MaxSteps, steps.Count));
        HashSet<string> ids = [];
        for (var i = 0; i < steps.Count; i++)
        {
            if (Fault(steps[i], $"steps[{i}]", i + 1, hasTool, words) is { } fault)
                return fault;
            if (!ids.Add(steps[i].Id))
                return new($"steps[{i}].id", words.SameId(steps[i].Id));
        }
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].DependsOn.FirstOrDefault(on => on is null || !ids.Contains(on), steps[i].Id) is var lost && lost != steps[i].Id)
                return new($"steps[{i}].dependsOn", words.NoSuchStep(steps[i].Id, Findings.Short(lost ?? "")));
        }
        return Circle(steps) is { } caught ? new($"steps[{steps.TakeWhile(step => step.Id != caught).Count()}].dependsOn", words.WaitsForItself(caught)) : null;
    }

    /// <summary>Which step has begun and is another in a further version; null when none is.</summary>
    public static PlanFault? Begun(AgentPast past, IReadOnlyList<PlanStep> steps, IReadOnlyList<PlanChange> changes) =>
        changes.FirstOrDefault(change => change.Kind != PlanChangeKind.Moved && past.BegunPlanSteps.Contains(change.StepId)) is not { } begun ? null
        : new(steps.TakeWhile(step => step.Id != begun.StepId).Count() is var at && at < steps.Count ? $"steps[{at}]" : "steps", $"Step '{begun.StepId}' has begun and can no longer be changed.");

    private static PlanFault? Fault(PlanStep? step, string at, int number, Func<string, bool>? hasTool, PromptWords words)
    {
        if (step?.Id is not { Length: > 0 and <= MaxId } id)
            return new($"{at}.id", step?.Id is { Length: > MaxId } given ? words.IdTooLong(number, MaxId, given.Length) : words.IdMissing(number));
        if (step.Goal is not { Length: > 0 and <= MaxText } goal)
            return new($"{at}.goal", step.Goal is { Length: > MaxText } text ? words.GoalTooLong(id, MaxText, text.Length) : words.GoalMissing(id));
        if (step.Tool is not { } tool)
            return new($"{at}.tool", words.ToolMissing(id));
        if (tool.Length > 0 && hasTool?.Invoke(tool) == false)
            return new($"{at}.tool", words.StepHasNoSuchTool(id, Findings.Short(tool)));
        if (step.Inputs is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
            return new($"{at}.inputs", words.InputsNoObject(id));
        return step.DoneWhen.Length > MaxText ? new($"{at}.doneWhen", words.DoneWhenTooLong(id, MaxText, step.DoneWhen.Length)) : null;
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
