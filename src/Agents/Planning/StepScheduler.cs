using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Tools;

namespace Platform.Agents.Planning;

/// <summary>Makes the calls that are decided and, of a plan, begins each step as soon as what it depends on is done: a call goes out as soon as it is decided, whatever else is at work.</summary>
/// <param name="begins">Whether steps of the plan begin; false where only what the model decided itself is to be settled.</param>
/// <remarks>For one use. Calls that write are made one after the other; so is everything where nothing may run side by side. Once a step has failed, or a limit is reached, no other begins, and what is at work is let end. The newest plan is looked at before each step begins.</remarks>
internal sealed class StepScheduler(AgentDecision decision, ToolCalls calls, AgentWork work, ToolScope scope, bool begins)
{
    /// <summary>Steps that the model decides side by side.</summary>
    private const int MostAtOnce = 4;

    private readonly Dictionary<string, Task> deciding = []; // by step of the plan
    private readonly Dictionary<string, CallAtWork> atWork = []; // by call
    private readonly HashSet<string> waiting = []; // calls inside of which a person must decide something
    private bool isFurther = true;

    private bool IsParallel => work.Definition.Limits.Parallel;

    private bool IsBusy => deciding.Count + atWork.Count > 0;

    /// <summary>True when all that was begun is done; false when a person must decide first, who is asked only once nothing is at work: what a run asks is decided when it waits.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        work.Limit.Hold(Held);
        try
        {
            while (true)
            {
                foreach (var question in work.Journal.Exclusively(Begin))
                    deciding.Add(question.PlanStep!, decision.TakeAsync(question, work.Journal, null, together.Token));
                var sorted = ToolCalls.Sort(work, callId => atWork.ContainsKey(callId) || waiting.Contains(callId));
                Send(sorted.Ready, together.Token, cancellation);
                if (sorted.HasTakenOver)
                {
                    continue; // what depends on it begins, whatever else is at work
                }
                if (IsBusy)
                {
                    await EndAsync();
                }
                else if (isFurther && waiting.Count > 0)
                {
                    isFurther = false; // decided, perhaps, while others were at work
                    waiting.Clear();
                }
                else
                {
                    calls.Ask(work.Journal, sorted);
                    return !sorted.IsWaiting && waiting.Count == 0;
                }
            }
        }
        catch
        {
            await together.CancelAsync(); // the run fails; what is being written is let end, so that its outcome is known
            await Task.WhenAll([.. deciding.Values, .. atWork.Values.Select(call => call.Made)]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            atWork.Clear(); // it holds nothing more: the answer that a limit forces has all that is left
            throw;
        }
    }

    /// <summary>Begins the steps that may. One whose call is known is decided by that; the others are left to the model, as many as the limits and it have room for, and so are those that a crash cut off.</summary>
    private List<ModelQuestion> Begin(AgentPast past)
    {
        List<ModelQuestion> questions = [];
        if (!begins || work.Limit.Reached is not null || (!IsParallel && (IsBusy || past.Unsettled.Count > 0)))
            return questions;
        var cutOff = past.Plan!.Steps.Where(step => PlanProgress.IsUndecided(step, past) && !deciding.ContainsKey(step.Id)).ToList();
        var ready = cutOff.Concat(PlanProgress.Ready(past.Plan, past)).ToList();
        var inDoubt = past.Plan.Steps.Where(step => PlanProgress.IsInDoubt(step, past) && !deciding.ContainsKey(step.Id)).ToList();
        var atOnce = Math.Min(MostAtOnce, work.Limit.Decisions) - deciding.Count;
        foreach (var step in past.Plan.Steps.Where(step => PlanProgress.ToJudge(step, past) is not null && !deciding.ContainsKey(step.Id)).Take(IsParallel ? atOnce : 1))
            questions.Add(StepCheck.Of(step, PlanProgress.ToJudge(step, past)!, past, work));
        if (PlanProgress.Failure(past.Plan, past, work.Language) is not null || (!IsParallel && questions.Count > 0))
            return questions; // what is done already is judged all the same: the next plan keeps it
        var room = Math.Min(atOnce - questions.Count, work.Definition.Limits.Steps - past.Steps);
        foreach (var step in (IsParallel ? inDoubt : inDoubt.Take(1)).TakeWhile(_ => room-- > 0))
            questions.Add(Question(past, step, PlanProgress.Missing(step, past) is { } missing ? work.Words.NotMet(UntrustedText.ForPrompt(missing)) : work.Words.FoundNothing));
        foreach (var step in IsParallel ? ready : ready.Take(inDoubt.Count > 0 ? 0 : 1))
        {
            var known = step is { Tool.Length: > 0, Inputs: { ValueKind: JsonValueKind.Object } inputs } && work.Kit.Fault(step.Tool, inputs) is null;
            if (!known && room-- <= 0)
                continue;
            var id = past.NextStepId;
            work.Journal.Add("step.started", new StepStartedData(id, StepKind.PlanStep, step.Goal, 0, [], []) { PlanStep = step.Id });
            CallData[] call = known ? [new($"{id}_1", step.Tool, step.Inputs!.Value)] : [];
            work.Journal.Add("step.completed", new StepCompletedData(id, StepKind.PlanStep, "", call, 0, 0, 0) { PlanStep = step.Id });
            if (!known)
                questions.Add(Question(past, step, ""));
        }
        return questions;
    }

    private void Send(IReadOnlyList<ReadyCall> ready, CancellationToken together, CancellationToken cancellation)
    {
        foreach (var call in ready)
        {
            if (IsParallel ? call.Writes && atWork.Values.Any(other => other.Call.Writes) : IsBusy)
                continue;
            var (tokens, callsLeft) = Share(call, ready);
            var made = calls.CallAsync(work.Journal, call, scope with { TokensLeft = tokens, TimeLeft = work.Limit.Left, CallsLeft = callsLeft }, call.Writes ? cancellation : together);
            atWork.Add(call.Data.CallId, new(call, tokens, callsLeft, made));
        }
    }

    /// <summary>What an agent that is asked may take of the tokens and of the calls, so that as much is left for each that may yet be asked beside it, and for the other steps beside it together; nothing for another tool.</summary>
    private (int Tokens, int Calls) Share(ReadyCall call, IReadOnlyList<ReadyCall> ready) => work.Journal.Exclusively(past =>
    {
        if (!AsksAgent(call))
            return default;
        var yetToGo = ready.Where(other => !atWork.ContainsKey(other.Data.CallId)).ToList(); // this one among them, each a call itself
        List<PlanStep> beside = IsParallel && begins ? [.. PlanProgress.Beside(past.Decisions.First(decided => decided.StepId == call.StepId).PlanStep, past)] : [];
        var others = !IsParallel ? 0 : yetToGo.Count(other => AsksAgent(other) && other != call) + beside.Count(step => step.Tool == call.Tool.Name) + (beside.Any(step => step.Tool != call.Tool.Name) ? 1 : 0);
        return (work.Limit.TokensForOthers / (1 + others), Math.Max(0, work.Limit.CallsLeft - yetToGo.Count) / (1 + others));
    });

    /// <summary>What agents at work may yet take. One that has its result holds nothing more.</summary>
    private (int Tokens, int Calls) Held()
    {
        var results = work.Journal.Past.Results;
        var asked = atWork.Values.Where(call => AsksAgent(call.Call) && !results.ContainsKey(call.Call.Data.CallId)).ToList();
        return (asked.Sum(call => call.Tokens), asked.Sum(call => call.Calls));
    }

    private static bool AsksAgent(ReadyCall call) => call.Tool.Group == ToolGroup.Agents;

    /// <summary>Returns when something that was at work has ended.</summary>
    private async Task EndAsync()
    {
        await Task.WhenAny([.. deciding.Values, .. atWork.Values.Select(call => call.Made)]);
        foreach (var (step, decided) in deciding.Where(one => one.Value.IsCompleted).ToList())
        {
            deciding.Remove(step);
            await decided;
            isFurther = true;
        }
        foreach (var (callId, call) in atWork.Where(one => one.Value.Made.IsCompleted).ToList())
        {
            atWork.Remove(callId);
            if (await call.Made)
                isFurther = true;
            else
                waiting.Add(callId);
        }
    }

    /// <summary>A step as the model is asked to do it: to call its tool with what earlier steps brought, or to think. What others are still at is not told.</summary>
    /// <param name="said">What came of it so far.</param>
    private ModelQuestion Question(AgentPast past, PlanStep step, string said)
    {
        var settings = work.Options.Clone();
        settings.MaxOutputTokens = Math.Min(work.Definition.Model.MaxTokens, work.Limit.ToWriteBefore(IsParallel ? Math.Clamp(work.Limit.Decisions, 1, MostAtOnce) : 1));
        var tools = work.Kit.Offered.Where(tool => tool.Name == step.Tool).ToList();
        if (tools.Count > 0)
            (settings.Tools, settings.ToolMode, settings.AllowMultipleToolCalls) = (tools, ChatToolMode.RequireSpecific(step.Tool), false);
        if ((step.DependsOn.Count > 0 || said.Length > 0) && past.PlansByFailure < PlanExecution.MostVersionsByFailure) // what was learned meanwhile may be against the plan
            (settings.Tools, settings.ToolMode, settings.AllowMultipleToolCalls) = ([.. tools, ChangePlanTool.OfferedIn(work.Words)], tools.Count > 0 && said.Length == 0 ? ChatToolMode.RequireAny : ChatToolMode.Auto, false);
        var ask = work.Words.DoStep(UntrustedText.ForPrompt(step.Goal), UntrustedText.ForPrompt(step.DoneWhen)) + said;
        return new(StepKind.Decision, step.Goal, work.Prompt.After(past, ask, settledOnly: true), settings, work.Kit) { ShowsAnswer = false, PlanStep = step.Id };
    }

    /// <param name="Tokens">That it may take.</param>
    /// <param name="Calls">That it may make itself.</param>
    /// <param name="Made">False where a person must decide something inside of it first.</param>
    private readonly record struct CallAtWork(ReadyCall Call, int Tokens, int Calls, Task<bool> Made);
}
