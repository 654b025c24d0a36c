using System.Text.Json.Serialization;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Runs;

namespace Platform.Agents.Planning;

/// <summary>How a step of a plan stands. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<PlanStepState>))]
public enum PlanStepState { Pending, Running, Done, Failed, Skipped }

/// <summary>How a plan stands, read from what the run did.</summary>
internal static class PlanProgress
{
    /// <summary>Decisions of one step: its first, and one more after a call that found nothing, twice at most.</summary>
    private const int MostTaken = 3;

    /// <summary>The same where what was found is not what the step is to reach: once more, then it has failed.</summary>
    private const int MostNotMet = 2;

    public static PlanStepState Of(PlanStep step, AgentPast past)
    {
        if (step.Skip)
            return PlanStepState.Skipped;
        if (!past.BegunPlanSteps.Contains(step.Id))
            return PlanStepState.Pending;
        var taken = Taken(step, past);
        var results = taken.SelectMany(decision => decision.Calls).Select(call => past.Results.GetValueOrDefault(call.CallId)).ToList();
        return results.Any(result => result is { IsError: true }) || IsMissed(taken, past) ? PlanStepState.Failed
            : taken.Count == 0 || results.Contains(null) || IsInDoubt(step, taken, past) || ToJudge(step, taken, past) is not null ? PlanStepState.Running
            : PlanStepState.Done;
    }

    /// <summary>Steps that have not begun and wait for nothing.</summary>
    public static IReadOnlyList<PlanStep> Ready(Plan plan, AgentPast past)
    {
        var settled = plan.Steps.Where(step => Of(step, past) is PlanStepState.Done or PlanStepState.Skipped).Select(step => step.Id).ToHashSet();
        return [.. plan.Steps.Where(step => Of(step, past) == PlanStepState.Pending && step.DependsOn.All(settled.Contains))];
    }

    /// <summary>Whether a step that is to reach something found nothing, or something else: the model says then whether it is done all the same, looks again, or has the plan made anew.</summary>
    public static bool IsInDoubt(PlanStep step, AgentPast past) => !step.Skip && IsInDoubt(step, Taken(step, past), past);

    /// <summary>The decision of which the model is yet to say whether what it brought is what the step is to reach; null for none.</summary>
    public static StepCompletedData? ToJudge(PlanStep step, AgentPast past) => step.Skip ? null : ToJudge(step, Taken(step, past), past);

    /// <summary>Why what the last decision in a step brought is not what the step is to reach, in the model's words; null where it is, or nobody looked.</summary>
    public static string? Missing(PlanStep step, AgentPast past) =>
        Taken(step, past) is [.., var last] && past.VerdictOn(last) is { Met: false } missed ? missed.Why : null;

    /// <summary>Whether a step has begun and nothing is decided in it.</summary>
    public static bool IsUndecided(PlanStep step, AgentPast past) => Of(step, past) == PlanStepState.Running && past.Decisions.All(decision => decision.PlanStep != step.Id);

    /// <summary>Steps of the newest plan in which nothing is decided yet, and that do not wait for this one: they may come beside it.</summary>
    public static IEnumerable<PlanStep> Beside(string? stepId, AgentPast past)
    {
        HashSet<string> after = [stepId ?? ""];
        while (past.Plan!.Steps.FirstOrDefault(step => !after.Contains(step.Id) && step.DependsOn.Any(after.Contains)) is { } next)
            after.Add(next.Id);
        return past.Plan.Steps.Where(step => !after.Contains(step.Id) && (Of(step, past) == PlanStepState.Pending || IsUndecided(step, past)));
    }

    private static List<StepCompletedData> Taken(PlanStep step, AgentPast past) => [.. past.Decisions.Where(decision => decision.PlanStep == step.Id)];

    private static bool IsInDoubt(PlanStep step, List<StepCompletedData> taken, AgentPast past) =>
        MayMiss(step, taken, past) && ((taken.Count is > 0 and < MostTaken && taken[^1].Calls is { Count: > 0 } calls && calls.All(call => past.Results.GetValueOrDefault(call.CallId) is { IsError: false, IsEmpty: true }))
            || (taken.Count is > 0 and < MostNotMet && past.VerdictOn(taken[^1]) is { Met: false }));

    /// <summary>Where nothing was found there is nothing to judge, and what was only thought judges itself.</summary>
    private static StepCompletedData? ToJudge(PlanStep step, List<StepCompletedData> taken, AgentPast past) =>
        MayMiss(step, taken, past) && taken is [.., { Calls.Count: > 0 } last] && past.VerdictOn(last) is null
        && last.Calls.All(call => past.Results.GetValueOrDefault(call.CallId) is { IsError: false }) && last.Calls.Any(call => !past.Results[call.CallId].IsEmpty) ? last : null;

    private static bool IsMissed(List<StepCompletedData> taken, AgentPast past) => taken.Count >= MostNotMet && past.VerdictOn(taken[^1]) is { Met: false };

    /// <summary>Whether a step is to reach something, and something can be done where it does not. What was written is done: it is not judged, for the next attempt would write again.</summary>
    private static bool MayMiss(PlanStep step, List<StepCompletedData> taken, AgentPast past) => step.DoneWhen.Length > 0 && past.PlansByFailure < PlanExecution.MostVersionsByFailure && !taken.Exists(past.HasWritten);

    /// <summary>What went wrong in the first step that failed, in the language of the question; null when none did. It holds what a tool said: untrusted.</summary>
    public static string? Failure(Plan plan, AgentPast past, AnswerLanguage language) =>
        plan.Steps.FirstOrDefault(step => Of(step, past) == PlanStepState.Failed) is not { } failed ? null
        : Taken(failed, past).SelectMany(d => d.Calls).All(call => past.Results.GetValueOrDefault(call.CallId) is { IsError: false }) ? $"{AgentWords.StepNotReached(failed.Id, failed.Goal, failed.DoneWhen, language)}{Missing(failed, past)}"
        : $"{AgentWords.StepFailed(failed.Id, failed.Goal, language)}{Taken(failed, past).SelectMany(d => d.Calls).Select(call => past.Results.GetValueOrDefault(call.CallId)).First(r => r is { IsError: true })!.Text}";
}
