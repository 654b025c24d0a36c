using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Tools;

namespace Platform.Agents.Planning;

/// <summary>How carrying out a plan ended: through (the model then answers), waiting for a person, rejected, or at a limit.</summary>
internal readonly record struct PlanEnd(bool IsWaiting = false, ApprovalResolvedData? Rejection = null, StopReason? Reason = null);

/// <summary>Makes a plan, has it approved where that is set, and what is unclear answered before it, and carries it out: steps that wait for nothing side by side, results fed to those after them, another version of the plan, to be approved like the first, where a step failed, or what was learned is against it.</summary>
/// <remarks>The newest plan is looked at before each step begins: until then a person may change it.</remarks>
internal sealed class PlanExecution(Planner planner, AgentDecision decision, ToolCalls calls, IOptions<AgentsOptions> options, TimeProvider time)
{
    /// <summary>The name under which a plan is asked about.</summary>
    public const string ApprovalName = "plan";

    private const string ApprovalCall = "plan";
    private const int MostVersionsByFailure = 2;

    /// <summary>Decisions of steps that the model is asked for side by side: so many may be taken before the limits are looked at again.</summary>
    private const int MostAtOnce = 4;

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
            if (!await calls.SettleAsync(work, scope, cancellation))
                return new(IsWaiting: true);
            if (work.Limit.Reached is { } reached)
                return new(Reason: reached);
            if (PlanProgress.Failure(past.Plan!, past, work.Language) is { } failure)
            {
                if (past.PlansByFailure >= MostVersionsByFailure || past.IsPlanTried || !await PlanAgainAsync(work, failure, cancellation))
                    return default;
                continue;
            }
            var wave = Begin(work);
            if (wave.Count == 0)
                return default;
            await DecideAsync(work, [.. wave.Where(begun => !begun.IsDecided).Select(begun => begun.Step)], cancellation);
        }
    }

    /// <summary>Begins the steps that may, at once with a look at the newest plan. A step whose call is known is decided by that; the others are left to the model, as many as the limits and it have room for, and so are those that a crash cut off.</summary>
    private static List<(PlanStep Step, bool IsDecided)> Begin(AgentWork work) => work.Journal.Exclusively(past =>
    {
        var cutOff = past.Plan!.Steps.Where(step => PlanProgress.Of(step, past) == PlanStepState.Running);
        var ready = cutOff.Concat(PlanProgress.Ready(past.Plan, past)).ToList();
        List<(PlanStep, bool)> begun = [];
        var room = Math.Min(MostAtOnce, work.Definition.Limits.Steps - past.Steps);
        foreach (var step in work.Definition.Limits.Parallel ? ready : ready.Take(1))
        {
            var known = step is { Tool.Length: > 0, Inputs: { ValueKind: JsonValueKind.Object } inputs } && work.Kit.Fault(step.Tool, inputs) is null;
            if (!known && room-- <= 0)
                continue;
            var id = past.NextStepId;
            work.Journal.Add("step.started", new StepStartedData(id, StepKind.PlanStep, step.Goal, 0, [], []) { PlanStep = step.Id });
            CallData[] call = known ? [new($"{id}_1", step.Tool, step.Inputs!.Value)] : [];
            work.Journal.Add("step.completed", new StepCompletedData(id, StepKind.PlanStep, "", call, 0, 0, 0) { PlanStep = step.Id });
            begun.Add((step, known));
        }
        return begun;
    });

    /// <summary>Lets the model do steps, each by itself and all at once: what one decides no other is told before it is done.</summary>
    private async Task DecideAsync(AgentWork work, IReadOnlyList<PlanStep> steps, CancellationToken cancellation)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(work.Journal.Exclusively(past => steps.Select(step => Question(work, past, step)).ToList()).Select(async question =>
        {
            try
            {
                await decision.TakeAsync(question, work.Journal, null, together.Token);
            }
            catch
            {
                await together.CancelAsync(); // the run fails: the others need not be waited for
                throw;
            }
        }));
    }

    /// <summary>A step as the model is asked to do it: to call its tool with what earlier steps brought, or to think.</summary>
    private static ModelQuestion Question(AgentWork work, AgentPast past, PlanStep step)
    {
        var settings = work.Options.Clone();
        var tools = work.Kit.Offered.Where(tool => tool.Name == step.Tool).ToList();
        if (tools.Count > 0)
            (settings.Tools, settings.ToolMode, settings.AllowMultipleToolCalls) = (tools, ChatToolMode.RequireSpecific(step.Tool), false);
        if (step.DependsOn.Count > 0 && past.PlansByFailure < MostVersionsByFailure) // what was learned meanwhile may be against the plan
            (settings.Tools, settings.ToolMode, settings.AllowMultipleToolCalls) = ([.. tools, ChangePlanTool.Offered], tools.Count > 0 ? ChatToolMode.RequireAny : ChatToolMode.Auto, false);
        var ask = $"Do only this step of the plan now: {UntrustedText.ForPrompt(step.Goal)} It is done when: {UntrustedText.ForPrompt(step.DoneWhen)}";
        return new(StepKind.Decision, step.Goal, work.Prompt.After(past, ask, settledOnly: true), settings, work.Kit) { ShowsAnswer = false, PlanStep = step.Id };
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
