using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Tools;

namespace Platform.Agents.Acting;

/// <summary>What becomes of the calls of a decision: they are made, refused, or a person is asked first.</summary>
/// <remarks>A tool that writes is called only once that it will be is stored; it is never called a second time for one decision.</remarks>
internal sealed class ToolCalls(ToolCatalog catalog, IOptions<AgentsOptions> options, TimeProvider time)
{
    /// <summary>Sorts the calls that have no result, and refuses those that are not to be made.</summary>
    /// <param name="isLeft">Which are left as they are.</param>
    public static SortedCalls Sort(AgentWork work, Func<string, bool> isLeft) => work.Journal.Exclusively(past =>
    {
        var (journal, kit, words) = (work.Journal, work.Kit, work.Words);
        var room = work.Limit.CallsLeft;
        List<ReadyCall> ready = [];
        List<(CallData Call, AgentTool Tool, ToolEffects? AlwaysFor)> toAsk = [];
        var (waiting, taken) = (false, false);
        foreach (var (stepId, call, isPlanned) in past.Unsettled.Where(unsettled => !isLeft(unsettled.Call.CallId)))
        {
            var decision = past.DecisionOn(call.CallId);
            var arguments = decision?.Arguments ?? call.Arguments;
            var writes = kit.Find(call.Tool) is { } wanted && ((wanted.Effects & ToolEffects.Writes) != 0 || wanted.StandsForWriting);
            if ((call.Fault ?? kit.Fault(call.Tool, arguments)) is { } fault)
                Refuse(journal, stepId, call, fault, kit.Away.Contains(call.Tool) ? ToolFailure.ToolAway : kit.Find(call.Tool) is null ? ToolFailure.NoSuchTool : ToolFailure.WrongArguments);
            else if (decision is { Status: not ApprovalStatus.Approved })
                Refuse(journal, stepId, call, decision.Reason.Length > 0 ? words.NotApprovedInTime(decision.Reason) : words.Rejected(AgentWords.Saying(decision.Comment, words)),
                    decision.Reason.Length > 0 ? ToolFailure.NotApprovedInTime : ToolFailure.Rejected);
            else if (decision is not null && kit.Find(call.Tool) is { Origin.Length: > 0 } stranger && !past.WasSeen(call.CallId, stranger)) // approvals wait for hours
                Refuse(journal, stepId, call, words.DoesMore, ToolFailure.DoesMore);
            else if (decision is null && !writes && CallGuard.InOtherStep(past, stepId, call) is { } same)
                taken |= TakeOver(journal, stepId, call, past.Results.GetValueOrDefault(same.CallId));
            else if (decision is null && CallGuard.IsRepeated(past, call, writes))
                Refuse(journal, stepId, call, words.Repeated, ToolFailure.Repeated);
            else if (!past.IsOpen(call.CallId) && room-- <= 0 && work.Limit.HoldsCalls) // one that was begun is counted already
                continue; // an agent at work may leave some
            else if (!past.IsOpen(call.CallId) && room < 0)
                Refuse(journal, stepId, call, words.CallsUsedUp(work.Definition.Limits.ToolCalls), ToolFailure.NoCallsLeft);
            else if (kit.Find(call.Tool) is { } tool && kit.MustAsk(tool, isPlanned) && decision is null && (tool.AlwaysAsks || !past.IsGranted(tool)))
                (waiting, toAsk) = (true, past.IsAsked(call.CallId) ? toAsk : [.. toAsk, (call, tool, kit.Exceeded(tool))]);
            else
                ready.Add(new(stepId, call, kit.Find(call.Tool)!, arguments));
        }
        return new SortedCalls(ready, toAsk, waiting, taken);
    });

    /// <summary>Asks a person about the calls that need it and were not asked about.</summary>
    public void Ask(AgentJournal journal, SortedCalls sorted)
    {
        foreach (var (call, tool, alwaysFor) in sorted.ToAsk)
        {
            var now = time.GetUtcNow();
            journal.Add("approval.requested", new ApprovalRequestedData(Guid.CreateVersion7(now), call.CallId, tool.Name, call.Arguments, tool.Effects.ToString(), now + options.Value.ApprovalTime) { AlwaysFor = alwaysFor?.ToString() });
        }
    }

    /// <summary>False where a person must decide something inside of the call first.</summary>
    public async Task<bool> CallAsync(AgentJournal journal, ReadyCall call, ToolScope scope, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var (stepId, callId, tool, arguments) = (call.StepId, call.Data.CallId, call.Tool, call.Arguments);
        journal.Exclusively(past =>
        {
            if (!past.IsOpen(callId)) // else it was begun before a restart, or before a person decided
                journal.Add("tool.call", new ToolCallData(callId, stepId, tool.Name, arguments, call.Writes) { IsFinal = tool.StandsForWriting });
            return true;
        });
        if (call.Writes)
            await journal.StoredAsync(cancellation);
        var begun = time.GetTimestamp();
        var outcome = await catalog.CallAsync(tool, arguments, scope with { CallId = callId }, cancellation);
        if (outcome.IsWaiting)
        {
            cancellation.ThrowIfCancellationRequested(); // the time may have ended meanwhile
            return false;
        }
        var took = time.GetElapsedTime(begun).TotalMilliseconds;
        journal.Add("tool.result", new ToolResultData(callId, stepId, tool.Name, outcome.Text, outcome.Data, outcome.IsError, outcome.Citations, took) { Tokens = outcome.Tokens, Calls = outcome.Calls, Failure = outcome.Failure, IsEmpty = outcome.IsEmpty }, progress => progress.TokensOfOthers += outcome.Tokens);
        if (outcome.Citations.Count > 0)
            journal.Add("retrieval.completed", new AnswerSources([.. outcome.Citations.Select(SourceRead.Of)], took) { CallId = callId, StepId = stepId });
        if (call.Writes)
            await journal.StoredAsync(cancellation);
        cancellation.ThrowIfCancellationRequested(); // an agent that was asked tells what it took where it is stopped, too
        return true;
    }

    /// <summary>Gives a call the result of another, which took what it took; false where that is not there yet.</summary>
    private static bool TakeOver(AgentJournal journal, string stepId, CallData call, ToolResultData? result)
    {
        if (result is not null)
            journal.Add("tool.result", result with { CallId = call.CallId, StepId = stepId, Milliseconds = 0, Tokens = 0, Calls = 0 });
        return result is not null;
    }

    private static void Refuse(AgentJournal journal, string stepId, CallData call, string why, ToolFailure failure) =>
        journal.Add("tool.result", new ToolResultData(call.CallId, stepId, call.Tool, why, null, IsError: true, [], 0) { Failure = failure });
}

/// <summary>A call that may be made.</summary>
/// <param name="StepId">Of the decision.</param>
/// <param name="Arguments">Those that it is made with: edited, perhaps, by the person who approved.</param>
internal sealed record ReadyCall(string StepId, CallData Data, AgentTool Tool, JsonElement Arguments)
{
    public bool Writes => (Tool.Effects & ToolEffects.Writes) != 0;
}

/// <summary>Calls without results: those that may be made, those that a person is yet to be asked about (with what the tool always runs for, where it does more by now), and whether any waits for a person.</summary>
/// <param name="HasTakenOver">Whether a call was given the result of another: what waited for it may begin.</param>
internal sealed record SortedCalls(IReadOnlyList<ReadyCall> Ready, IReadOnlyList<(CallData Call, AgentTool Tool, ToolEffects? AlwaysFor)> ToAsk, bool IsWaiting, bool HasTakenOver);
