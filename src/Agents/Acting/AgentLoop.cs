using System.Globalization;
using Microsoft.Extensions.AI;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Planning;
using Platform.Agents.Prompting;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.ModelHost.Client;

namespace Platform.Agents.Acting;

/// <summary>How a stretch of a run ended: with an answer, with one at a limit, or waiting for a person.</summary>
internal readonly record struct AgentEnd(bool IsWaiting, StopReason? Reason);

/// <summary>Runs an agent: one decision at a time, to call tools or to answer, until there is an answer or a limit. Everything that happened is in the run's events, from which a stretch goes on where the last one ended.</summary>
internal sealed class AgentLoop(AgentDecision decision, ToolCalls calls, PlanExecution plans, ToolCatalog catalog, ServedModels models, AgentOpening openings, TimeProvider time)
{
    private const int MostResumed = 5;

    /// <summary>Throws RunException for failures; OperationCanceledException passes through.</summary>
    public async Task<AgentEnd> RunAsync(LiveRun run, AgentTask task, CancellationToken cancellation)
    {
        try
        {
            return await WorkAsync(run, task, cancellation);
        }
        catch (Exception tooLong) when (tooLong is RunException { Kind: RunErrorKind.ContextTooLong } or ModelHostException { Kind: ModelHostErrorKind.ContextTooLong })
        {
            if (await models.ChatModelAsync(cancellation, task.Definition.Model.Id) is { CanAnswer: false } weak)
                throw new RunException(RunErrorKind.ModelTooWeak, string.Create(CultureInfo.InvariantCulture, $"The model '{weak.Id}' cannot do an agent's work: it reads {weak.ContextTokens:N0} tokens, and neither plans nor uses tools nor answers in its own words. Load a chat model, or give the agent another."), tooLong);
            throw;
        }
    }

    private async Task<AgentEnd> WorkAsync(LiveRun run, AgentTask task, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        var past = AgentPast.Of(run.Since(0).Events);
        RefuseUnknown(past);
        AgentJournal journal = new(run, past, task.Definition.Knowledge.Citations);
        RunLimit limit = new(task.Definition.Limits, past, time);
        using CancellationTokenSource timer = new(limit.Left, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        journal.Status(AgentJournal.Writing);
        var options = (await OptionsAsync(task.Definition, cancellation)).By(run.Question.Caller.UserId);
        options.ConversationId = run.Question.ConversationId?.ToString("N");
        var work = new AgentWork(task.Definition, journal, limit, await openings.OfAsync(run.Id, run.Question, task, journal, options, cancellation), await ToolKit.OfAsync(task, run.Question.Caller, catalog, cancellation), options, AnswerWords.LanguageOf(run.Question.Question));
        AgentEnd end;
        try
        {
            end = await ActAsync(work, ScopeOf(run, task, past), limited.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            end = new(IsWaiting: false, StopReason.Timeout);
        }
        if (end.IsWaiting)
            return end;
        if (end.Reason is { } reached)
            await AnswerAtLimitAsync(work, reached, cancellation);
        Finish(run, work, time.GetElapsedTime(begun).TotalMilliseconds);
        return end;
    }

    /// <summary>Plans where that is set, then decides and calls, until there is an answer, a person must decide, or a limit is reached.</summary>
    private async Task<AgentEnd> ActAsync(AgentWork work, ToolScope scope, CancellationToken cancellation)
    {
        var (journal, past) = (work.Journal, work.Journal.Past);
        if (work.Definition.Planning != PlanningMode.None)
        {
            var plan = await plans.RunAsync(work, scope, cancellation);
            if (plan.Rejection is { } rejected)
                await AnswerRejectedAsync(work, rejected, cancellation);
            if (plan.IsWaiting || plan.Rejection is not null || plan.Reason is not null)
                return new(plan.IsWaiting, plan.Reason);
        }
        while (await calls.SettleAsync(work, scope, cancellation))
        {
            if (work.Limit.Reached is { } reached)
                return new(IsWaiting: false, reached);
            if (CallGuard.IsStuck(past))
                return new(IsWaiting: false, StopReason.LoopDetected);
            if (await DecideAsync(work, StepKind.Decision, "", withTools: true, cancellation))
                return default;
        }
        return new(IsWaiting: true, null);
    }

    /// <summary>Where the first plan is rejected nothing was done; where a later one is, the model answers from what is known.</summary>
    private async Task AnswerRejectedAsync(AgentWork work, ApprovalResolvedData rejected, CancellationToken cancellation)
    {
        if (work.Journal.Past.PlansByFailure > 0 && await DecideAsync(work, StepKind.Answer, "", withTools: false, cancellation, $"{AgentPrompt.AnswerNow} A person rejected the further plan{AgentWords.Saying(rejected.Comment)}."))
            return;
        work.Journal.Text(AgentWords.PlanRejected(inTime: rejected.Status != ApprovalStatus.Expired, rejected.Comment, work.Language));
    }

    /// <summary>One decision; true when it is the answer, which is then told.</summary>
    private async Task<bool> DecideAsync(AgentWork work, StepKind kind, string goal, bool withTools, CancellationToken cancellation, string? last = null)
    {
        var settings = work.Definition.Prompting;
        var messages = work.Prompt.After(work.Journal.Past, last);
        var options = work.Options.Clone();
        if (withTools && work.Kit.Tools.Count > 0)
            (options.Tools, options.AllowMultipleToolCalls) = (work.Kit.Offered, work.Definition.Limits.Parallel);
        ModelQuestion question = new(kind, goal, messages, options, work.Kit) { ShowsAnswer = settings.Samples == 1 };
        var (step, answer) = await TakeAsync(question, work, cancellation);
        if (step.Calls.Count > 0)
            return false;
        if (string.IsNullOrWhiteSpace(answer))
            throw new RunException(RunErrorKind.ModelFailed, $"The model {options.ModelId} ended without writing anything or calling a tool. Ask again, or give the agent another model.");
        if (settings.Samples > 1)
            await VoteAsync(question, answer, work, cancellation);
        return true;
    }

    private async Task VoteAsync(ModelQuestion question, string first, AgentWork work, CancellationToken cancellation)
    {
        List<string> answers = [first];
        for (var i = 1; i < work.Definition.Prompting.Samples && work.Limit.Reached is null or StopReason.MaxSteps; i++)
        {
            var options = work.Options.Clone();
            (options.Temperature, options.Seed) = (Math.Max(options.Temperature ?? 0, 0.7f), work.Options.Seed + i);
            var (step, answer) = await TakeAsync(question with { Options = options }, work, cancellation);
            if (step.Calls.Count == 0 && !string.IsNullOrWhiteSpace(answer))
                answers.Add(answer);
        }
        var chosen = MajorityAnswer.Of(answers);
        work.Journal.Add("answer.chosen", chosen);
        work.Journal.Text(chosen.Text);
    }

    private async Task<(StepCompletedData Step, string Answer)> TakeAsync(ModelQuestion question, AgentWork work, CancellationToken cancellation)
    {
        ReasonedAnswer? reasoned = work.Definition.Prompting.Reasoning == ReasoningMode.None ? null : new();
        var step = await decision.TakeAsync(question, work.Journal, reasoned is null ? null : reasoned.Push, cancellation);
        if (reasoned is not null && reasoned.Answer is null && step.Calls.Count == 0 && question.ShowsAnswer)
            work.Journal.Text(step.Text); // it reasoned in silence, or forgot the line: all of it is the answer
        return (step, reasoned?.Answer ?? step.Text);
    }

    /// <summary>The answer that a limit forces, from what is known, in a time of its own, after which it is cut off where it stands; where the model gives none, a sentence says which limit it was.</summary>
    private async Task AnswerAtLimitAsync(AgentWork work, StopReason reason, CancellationToken cancellation)
    {
        work.Journal.Reset("limit");
        using CancellationTokenSource timer = new(work.Limit.LastAnswer, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            if (await DecideAsync(work, StepKind.Answer, "", withTools: false, limited.Token, AgentPrompt.AnswerNow))
                return;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            if (work.Journal.HasText)
                return;
            work.Journal.Reset("limit");
        }
        catch (RunException empty) when (empty.Kind == RunErrorKind.ModelFailed)
        {
            work.Journal.Reset("limit");
        }
        work.Journal.Text(AgentWords.AtLimit(reason, work.Definition.Limits, work.Language));
    }

    /// <summary>Tells the answer's citations in the agent's style, and what it took.</summary>
    private static void Finish(LiveRun run, AgentWork work, double milliseconds)
    {
        var journal = work.Journal;
        journal.EndText();
        journal.Cite(CitedAnswer.Of(run.Progress.Text, work.Definition.Knowledge.Citations, journal.Past.Citations));
        AnswerDone usage = new(AnswerMode.Generate, NotFound: false, new(0, 0, milliseconds), new(work.Options.ModelId ?? "", journal.Past.PromptTokens, 0, journal.Past.Tokens - journal.Past.PromptTokens, 0));
        run.Add("usage", usage, p => p.Usage = usage);
    }

    private async Task<ChatOptions> OptionsAsync(AgentDefinition definition, CancellationToken cancellation)
    {
        var settings = definition.Model;
        return new()
        {
            ModelId = settings.Id.Length > 0 ? settings.Id : (await models.ChatModelAsync(cancellation)).Id,
            Temperature = (float)settings.Temperature, TopP = settings.TopP < 1 ? (float)settings.TopP : null, MaxOutputTokens = settings.MaxTokens, Seed = settings.Seed,
            StopSequences = settings.Stop is { Count: > 0 } stop ? [.. stop] : null,
            Reasoning = settings.Effort is { } effort ? new() { Effort = Effort(effort) } : null,
            AdditionalProperties = settings.Adapters is { Count: > 0 } adapters ? new() { ["lora"] = adapters.Select(a => new { id = a.Name, scale = a.Scale }).ToArray() } : null,
        };
    }

    private static ReasoningEffort Effort(ThinkingEffort effort) => effort switch
    {
        ThinkingEffort.None => ReasoningEffort.None,
        ThinkingEffort.Low => ReasoningEffort.Low,
        ThinkingEffort.Medium => ReasoningEffort.Medium,
        _ => ReasoningEffort.High,
    };

    private static ToolScope ScopeOf(LiveRun run, AgentTask task, AgentPast past) =>
        new(run.Question.Caller, run.Id, task.Definition.Knowledge.BaseIds ?? run.Question.BaseIds, task.Depth)
        {
            UserName = task.UserName, TimeZone = task.Zone, Numbers = new(past.Citations), Passages = task.Definition.Knowledge.Top, MinRelevance = task.Definition.Knowledge.Threshold,
        };

    /// <summary>A run that stopped inside a call that writes is not gone on with: the call may have been made.</summary>
    private static void RefuseUnknown(AgentPast past)
    {
        if (past.Open.FirstOrDefault(call => call.Writes) is { } open)
            throw new RunException(RunErrorKind.OutcomeUnknown, $"The program stopped while '{open.Tool}' was being called ({open.CallId}). Whether it took effect is not known, and it is not called again. Look there, then ask again.");
        if (past.TimesResumed > MostResumed)
            throw new RunException(RunErrorKind.Interrupted, $"The program stopped {past.TimesResumed} times during this run. It is not gone on with.");
    }
}
