using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Agents.Approvals;
using Platform.Agents.Tools;

namespace Platform.Agents.Acting;

/// <summary>Settles the calls of a decision: makes them, refuses them, or asks a person first.</summary>
/// <remarks>A tool that writes is called only once that it will be is stored; it is never called a second time for one decision.</remarks>
internal sealed class ToolCalls(ToolCatalog catalog, IOptions<AgentsOptions> options, TimeProvider time)
{
    /// <summary>True when all calls have results; false when a person must decide first.</summary>
    public async Task<bool> SettleAsync(AgentWork work, ToolScope scope, CancellationToken cancellation)
    {
        var (journal, kit) = (work.Journal, work.Kit);
        List<(string StepId, CallData Call, AgentTool Tool, JsonElement Arguments)> ready = [];
        List<(CallData Call, AgentTool Tool)> toAsk = [];
        var waiting = false;
        foreach (var (stepId, call, isPlanned) in journal.Past.Unsettled)
        {
            var decision = journal.Past.DecisionOn(call.CallId);
            var arguments = decision?.Arguments ?? call.Arguments;
            if ((call.Fault ?? kit.Fault(call.Tool, arguments)) is { } fault)
                Refuse(journal, stepId, call, fault);
            else if (decision is { Status: not ApprovalStatus.Approved })
                Refuse(journal, stepId, call, decision.Reason.Length > 0 ? $"Nobody approved this call in time ({decision.Reason}). Go on without it." : $"A person rejected this call{AgentWords.Saying(decision.Comment)}. Go on without it.");
            else if (decision is null && CallGuard.IsRepeated(journal.Past, call))
                Refuse(journal, stepId, call, CallGuard.Repeated);
            else if (kit.Find(call.Tool) is { } tool && kit.MustAsk(tool, isPlanned) && decision is null && !journal.Past.IsGranted(tool.Name))
                (waiting, toAsk) = (true, journal.Past.IsAsked(call.CallId) ? toAsk : [.. toAsk, (call, tool)]);
            else
                ready.Add((stepId, call, kit.Find(call.Tool)!, arguments));
        }

        var side = ready.Where(r => work.Definition.Limits.Parallel && !Writes(r.Tool)).ToList();
        var settled = await Task.WhenAll(side.Select(r => CallAsync(journal, r.StepId, r.Call, r.Tool, r.Arguments, Share(side.Count), cancellation)));
        for (var i = 0; side.Count > 1 && i < side.Count; i++)
            settled[i] = settled[i] || await CallAsync(journal, side[i].StepId, side[i].Call, side[i].Tool, side[i].Arguments, Share(1), cancellation); // decided, perhaps, while the others were at work
        waiting |= settled.Contains(false);
        foreach (var (stepId, call, tool, arguments) in ready.Except(side))
            waiting |= !await CallAsync(journal, stepId, call, tool, arguments, Share(1), cancellation);
        foreach (var (call, tool) in toAsk)
        {
            var now = time.GetUtcNow();
            journal.Add("approval.requested", new ApprovalRequestedData(Guid.CreateVersion7(now), call.CallId, tool.Name, call.Arguments, tool.Effects.ToString(), now + options.Value.ApprovalTime));
        }
        return !waiting;

        ToolScope Share(int calls) => scope with { TokensLeft = work.Limit.TokensLeft / calls, TimeLeft = work.Limit.Left };
    }

    /// <summary>False where a person must decide something inside of the call first.</summary>
    private async Task<bool> CallAsync(AgentJournal journal, string stepId, CallData call, AgentTool tool, JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var writes = Writes(tool);
        journal.Exclusively(past =>
        {
            if (!past.IsOpen(call.CallId)) // else it was begun before a restart, or before a person decided
                journal.Add("tool.call", new ToolCallData(call.CallId, stepId, tool.Name, arguments, writes));
            return true;
        });
        if (writes)
            await journal.StoredAsync(cancellation);
        var begun = time.GetTimestamp();
        var outcome = await catalog.CallAsync(tool, arguments, scope with { CallId = call.CallId }, cancellation);
        if (outcome.IsWaiting)
            return false;
        journal.Add("tool.result", new ToolResultData(call.CallId, stepId, tool.Name, outcome.Text, outcome.Data, outcome.IsError, outcome.Citations, time.GetElapsedTime(begun).TotalMilliseconds) { Tokens = outcome.Tokens });
        if (writes)
            await journal.StoredAsync(cancellation);
        return true;
    }

    private static void Refuse(AgentJournal journal, string stepId, CallData call, string why) =>
        journal.Add("tool.result", new ToolResultData(call.CallId, stepId, call.Tool, why, null, IsError: true, [], 0));

    private static bool Writes(AgentTool tool) => (tool.Effects & ToolEffects.Writes) != 0;
}
