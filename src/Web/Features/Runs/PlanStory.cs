using Platform.Agents.Acting;
using Platform.Agents.Planning;
using Platform.Agents.Runs.Tracing;

namespace Platform.Web.Features.Runs;

/// <summary>A step of an earlier plan that came to nothing.</summary>
/// <param name="Goal">In the model's words: untrusted.</param>
/// <param name="Tool">Empty for one that only thought.</param>
/// <param name="Call">What its call came to; null where it made none, or none failed.</param>
/// <param name="Missed">Why its result is not what it was to reach, in the model's words: untrusted; null where that was not judged.</param>
public sealed record StepFailed(string Id, string Goal, string Tool, ToolResultData? Call, string? Missed = null);

/// <summary>Why an agent planned anew.</summary>
/// <param name="Failed">What failed and is in the plan no more.</param>
/// <param name="Reason">What was said when it planned anew; a tool's or the model's words: untrusted.</param>
public sealed record PlanStory(IReadOnlyList<StepFailed> Failed, string Reason)
{
    /// <summary>Null while the agent's first plan stands, whether or not a person has changed it.</summary>
    public static PlanStory? Of(RunTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        if (trace.Plans.LastOrDefault(version => version.Reason is not ("" or PlanData.Edited)) is not { } anew)
        {
            return null;
        }
        var now = trace.PlanSteps.Select(shown => shown.Step.Id).ToHashSet();
        var gone = trace.Rows.Where(row => row is { Kind: TraceKind.PlanStep, State: TraceState.Failed, PlanStepId: { } id } && !now.Contains(id));
        return new([.. gone.Select(row => Told(row, trace))], anew.Reason);
    }

    /// <summary>Whether a version leaves out a step that failed.</summary>
    public static bool HasFailed(PlanData version, RunTrace trace)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(trace);
        var left = version.Changes.Where(change => change.Kind == PlanChangeKind.Removed).Select(change => change.StepId).ToHashSet();
        return trace.Rows.Any(row => row is { Kind: TraceKind.PlanStep, State: TraceState.Failed, PlanStepId: { } id } && left.Contains(id));
    }

    private static StepFailed Told(TraceRow step, RunTrace trace)
    {
        var call = trace.Rows.FirstOrDefault(row => row.Parent == step && row.Tool?.Result is { IsError: true })?.Tool;
        var missed = trace.Rows.LastOrDefault(row => row.Parent == step && row.Model?.Verdict is { Met: false })?.Model?.Verdict?.Why;
        return new(step.PlanStepId ?? step.Id, step.Name, call?.Tool ?? "", call?.Result, call is null ? missed : null);
    }
}
