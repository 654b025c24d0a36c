using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Agents.Acting;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Tools;

namespace Platform.Agents.Planning;

/// <summary>How carrying out a plan ended: through (the model then answers), waiting for a person, rejected, or at a limit.</summary>
internal readonly record struct PlanEnd(bool IsWaiting = false, ApprovalResolvedData? Rejection = null, StopReason? Reason = null);

/// <summary>Makes a plan, has it approved where that is set, and what is unclear answered before it, and has it carried out; makes another version, to be approved like the first, where a step failed, or what was learned is against the plan.</summary>
internal sealed class PlanExecution(Planner planner, AgentDecision decision, ToolCalls calls, IOptions<AgentsOptions> options, TimeProvider time)
{
    /// <summary>The name under which a plan is asked about.</summary>
    public const string ApprovalName = "plan";

    /// <summary>Versions that failures, and what was learned, may make.</summary>
    public const int MostVersionsByFailure = 2;

    private const string ApprovalCall = "plan";

    /// <summary>Whether a call stands for a version of the plan (plan, then plan_2): no model's call has such an id.</summary>
    public static bool IsCall(string callId) => callId == ApprovalCall || callId.StartsWith(ApprovalCall + "_", StringComparison.Ordinal);

    public async Task<PlanEnd> RunAsync(AgentWork work, ToolScope scope, CancellationToken cancellation)
    {
        var (journal, past) = (work.Journal, work.Journal.Past);
        if (past.Plan is null && !past.IsPlanTried)
        {
            if (past.IsQuestionOpen)
                return new(IsWaiting: true);
            var made = await planner.MakeAsync(work, [], "", work.Definition.Planning == PlanningMode.AskBeforePlan && past.QuestionsAsked < Clarification.Most, cancellation);
            if (made.Question is { } unclear)
                Request(journal, Clarification.CallOf(past.QuestionsAsked + 1), Clarification.ApprovalName, Clarification.Written(unclear));
            if (made.Steps is not { } steps)
                return new(IsWaiting: made.Question is not null);
            Tell(journal, "plan.created", null, steps, "");
        }
        if (past.Plan is null)
            return default;
        while (true)
        {
            if (work.Definition.Planning == PlanningMode.AskBeforePlan && Asked(journal) is { } notYet)
                return notYet;
            if (!await new StepScheduler(decision, calls, work, scope, begins: true).RunAsync(cancellation))
                return new(IsWaiting: true);
            if (work.Limit.Reached is { } reached)
                return new(Reason: reached);
            if (PlanProgress.Failure(past.Plan!, past, work.Language) is not { } failure || past.PlansByFailure >= MostVersionsByFailure || past.IsPlanTried || !await PlanAgainAsync(work, failure, cancellation))
                return default;
        }
    }

    private async Task<bool> PlanAgainAsync(AgentWork work, string failure, CancellationToken cancellation)
    {
        var past = work.Journal.Past;
        var before = past.Plan!;
        var kept = before.Steps.Where(step => PlanProgress.Of(step, past) is PlanStepState.Done or PlanStepState.Skipped).ToList();
        if ((await planner.MakeAsync(work, kept, failure, mayAsk: false, cancellation)).Steps is not { } steps)
            return false;
        Tell(work.Journal, "plan.updated", past.Plan, steps, failure);
        return true;
    }

    /// <summary>Null where the newest plan is approved, or is what a person made of an approved one; it is edited then as the person approved it.</summary>
    private PlanEnd? Asked(AgentJournal journal)
    {
        var past = journal.Past;
        var call = past.PlansByFailure == 0 ? ApprovalCall : string.Create(CultureInfo.InvariantCulture, $"{ApprovalCall}_{past.PlansByFailure + 1}");
        if (past.DecisionOn(call) is not { } decided)
        {
            if (!past.IsAsked(call))
                Request(journal, call, ApprovalName, JsonSerializer.SerializeToElement(past.Plan, RunJson.Options));
            return new(IsWaiting: true);
        }
        if (decided.Status != ApprovalStatus.Approved)
            return new(Rejection: decided);
        if (past.PlanToTakeOver is { Arguments: { } edited } && RunJson.Read<Plan>(edited.GetRawText()).Steps is var steps && PlanDiff.Between(past.Plan, new(0, steps)) is { Count: > 0 } changes && PlanCheck.Begun(past, steps, changes) is null)
            Tell(journal, "plan.updated", past.Plan, steps, PlanData.Edited);
        return null;
    }

    private void Request(AgentJournal journal, string callId, string name, JsonElement about)
    {
        var now = time.GetUtcNow();
        journal.Add("approval.requested", new ApprovalRequestedData(Guid.CreateVersion7(now), callId, name, about, "", now + options.Value.ApprovalTime));
    }

    private static void Tell(AgentJournal journal, string name, Plan? before, IReadOnlyList<PlanStep> steps, string reason)
    {
        Plan plan = new((before?.Version ?? 0) + 1, steps);
        journal.Add(name, new PlanData(plan, PlanDiff.Between(before, plan), reason));
    }
}
