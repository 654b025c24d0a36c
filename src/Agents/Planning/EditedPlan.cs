using System.Text.Json;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Prompting;
using Platform.Agents.Tools;
using Platform.Retrieval.Access;

namespace Platform.Agents.Planning;

/// <summary>Says whether the plan that a person put in the place of another can be carried out by this agent: its steps, their tools and what these are called with. What they left as it was is not looked at: it is the agent's own.</summary>
internal sealed class EditedPlan(ToolCatalog catalog)
{
    /// <summary>Null when it can.</summary>
    public async Task<PlanFault?> FaultAsync(AgentTask task, Caller caller, AgentPast past, IReadOnlyList<PlanStep> steps, CancellationToken cancellation)
    {
        if (PlanCheck.Fault(steps) is { } fault)
            return fault;
        var changes = PlanDiff.Between(past.Plan, new(0, steps));
        if (PlanCheck.Begun(past, steps, changes) is { } begun)
            return begun;
        var written = changes.Where(change => change.Kind is PlanChangeKind.Added or PlanChangeKind.Changed).Select(change => change.StepId).ToHashSet();
        for (var i = 0; i < steps.Count; i++)
        {
            if (written.Contains(steps[i].Id) && steps[i] is { Tool.Length: > 0, Skip: false } && await CallFaultAsync(task, caller, steps[i], $"steps[{i}]", cancellation) is { } wrong)
                return wrong;
        }
        return null;
    }

    /// <summary>A tool that the agent has and that is not here now is let through: it may be back when its turn comes.</summary>
    private async Task<PlanFault?> CallFaultAsync(AgentTask task, Caller caller, PlanStep step, string at, CancellationToken cancellation)
    {
        var has = task.Definition.Tools.Where(tool => tool.Policy != ToolPolicy.Never).Select(tool => tool.Name).ToList();
        if (!has.Contains(step.Tool))
            return new($"{at}.tool", $"Step '{step.Id}': the agent has no tool '{Findings.Short(step.Tool)}'; {(has.Count == 0 ? "it has none" : $"it has {string.Join(", ", has)}")}.");
        return step.Inputs is { ValueKind: JsonValueKind.Object } inputs && await ToolKit.FindAsync(step.Tool, task, caller, catalog, PromptWords.In(AnswerLanguage.English), cancellation) is { } tool && ArgumentCheck.Fault(tool.Parameters, inputs) is { } fault
            ? new($"{at}.inputs", $"Step '{step.Id}': the inputs of {step.Tool} are wrong: {fault}") : null;
    }
}
