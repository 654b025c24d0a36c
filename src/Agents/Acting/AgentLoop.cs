using System.Globalization;
using Microsoft.Extensions.AI;
using Platform.Agents.Answering;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Memory;
using Platform.Agents.Planning;
using Platform.Agents.Prompting;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.ModelHost.Client;
using Platform.Retrieval.Chunking;

namespace Platform.Agents.Acting;

/// <summary>How a stretch of a run ended: with an answer, with one at a limit, or waiting for a person.</summary>
/// <param name="IsAnswered">Of one at a limit: there is an answer of the model's, be it cut off.</param>
/// <param name="IsExpired">Nobody decided in time about what nothing could be done without.</param>
/// <param name="CutAt">Tokens of the answer, where the model was stopped in the middle of it.</param>
internal readonly record struct AgentEnd(bool IsWaiting, StopReason? Reason, bool IsAnswered = false, int? CutAt = null, bool IsExpired = false);

/// <summary>Runs an agent: one decision at a time, to call tools or to answer, until there is an answer or a limit. Everything that happened is in the run's events, from which a stretch goes on where the last one ended.</summary>
internal sealed class AgentLoop(AgentDecision decision, ToolCalls calls, PlanExecution plans, ToolCatalog catalog, ServedModels models, AgentOpening openings, IEvidence evidence, TimeProvider time)
{
    private const int MostResumed = 5;
    private static readonly TimeSpan LongestPlacing = TimeSpan.FromSeconds(5);

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
        try
        {
            return await WorkAsync(run, task, journal, limit, begun, cancellation);
        }
        catch (Exception) when (run.Stopped.IsCancellationRequested || !cancellation.IsCancellationRequested)
        {
            journal.GiveUp(); // the run ends here; one that the next start goes on with asks again
            throw;
        }
    }

    private async Task<AgentEnd> WorkAsync(LiveRun run, AgentTask task, AgentJournal journal, RunLimit limit, long begun, CancellationToken cancellation)
    {
        var past = journal.Past;
        var before = past.Worked;
        journal.Status(AgentJournal.Preparing);
        AgentWork? work = null;
        AgentEnd end;
        using (CancellationTokenSource timer = new(limit.Opening, time))
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
            try
            {
                work = await OpenAsync(run, task, journal, limit, limited.Token) with { Stopped = cancellation, MostAnswer = task.MostAnswerTokens };
                timer.CancelAfter(limit.Left);
                journal.Status(AgentJournal.Writing);
                end = await ActAsync(work, ScopeOf(run, task, past, work.Language), limited.Token);
            }
            catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                journal.GiveUp();
                end = new(IsWaiting: false, StopReason.Timeout);
            }
        }
        if (end.IsWaiting)
            return end;
        if (work is null)
            journal.Text(AgentWords.AtLimit(StopReason.Timeout, task.Definition.Limits, AnswerWords.LanguageOf(run.Question.Question))); // there is nothing yet to ask the model with
        else if (end is { Reason: { } reached, IsAnswered: false })
            end = await AnswerAtLimitAsync(work, reached, cancellation);
        IReadOnlyList<Citation> cited;
        using (CancellationTokenSource placing = new(LongestPlacing, time))
            cited = await journal.EndTextAsync(new(evidence, run.Question.Caller, isExtra: true), placing.Token); // the answer is whole: nothing ends it any more
        Finish(run, journal, task.Definition, cited, work?.Options.ModelId ?? task.Definition.Model.Id, (before + time.GetElapsedTime(begun)).TotalMilliseconds, end);
        return end;
    }

    /// <summary>Looks up what the run works with: its model, tools, what it remembers, and the beginning of its prompt.</summary>
    private async Task<AgentWork> OpenAsync(LiveRun run, AgentTask task, AgentJournal journal, RunLimit limit, CancellationToken cancellation)
    {
        var options = (await OptionsAsync(task.Definition, cancellation)).By(run.Question.Caller.UserId, run.Question.Caller.IsAdministrator);
        options.ConversationId = run.Question.ConversationId?.ToString("N");
        var language = AnswerWords.LanguageOf(run.Question.Question);
        var kit = await ToolKit.OfAsync(task, run.Question.Caller, catalog, PromptWords.In(language), cancellation);
        foreach (var tool in kit.Away)
            journal.Away(AgentPart.Tool, tool);
        AgentWork work = new(task.Definition, journal, limit, await openings.OfAsync(run.Id, run.Question, task, kit.Away, journal, options, cancellation), kit, options, language);
        limit.Expect(await openings.TokensAsync(work, cancellation), kit.Tools.Count > 0 || task.Definition.Planning != PlanningMode.None);
        return work;
    }

    /// <summary>Plans where that is set, then decides and calls, until there is an answer, a person must decide, or a limit is reached.</summary>
    private async Task<AgentEnd> ActAsync(AgentWork work, ToolScope scope, CancellationToken cancellation)
    {
        var (journal, past) = (work.Journal, work.Journal.Past);
        if (work.Definition.Planning != PlanningMode.None)
        {
            var plan = await plans.RunAsync(work, scope, cancellation);
            if (plan.Rejection is { } rejected)
                return await AnswerRejectedAsync(work, rejected, cancellation);
            if (plan.IsWaiting || plan.Reason is not null)
                return new(plan.IsWaiting, plan.Reason);
        }
        while (await new StepScheduler(decision, calls, work, scope, begins: false).RunAsync(cancellation))
        {
            if (work.Limit.Reached is { } reached)
                return new(IsWaiting: false, reached);
            if (CallGuard.IsStuck(past))
                return new(IsWaiting: false, StopReason.LoopDetected);
            if (await DecideAsync(work, StepKind.Decision, "", withTools: true, cancellation, CallGuard.BringsNoNews(past) ? work.Words.NoNews : null) is { } end)
                return end;
        }
        return new(IsWaiting: true, null);
    }

    /// <summary>Where the first plan is rejected nothing was done; where a later one is, the model answers from what is known.</summary>
    private async Task<AgentEnd> AnswerRejectedAsync(AgentWork work, ApprovalResolvedData rejected, CancellationToken cancellation)
    {
        if (work.Journal.Past.PlansByFailure > 0 && await DecideAsync(work, StepKind.Decision, "", withTools: false, cancellation, work.Words.AnswerNow + work.Words.FurtherPlanRejected(AgentWords.Saying(rejected.Comment, work.Words))) is { } end)
            return end;
        work.Journal.Text(AgentWords.PlanRejected(inTime: rejected.Status != ApprovalStatus.Expired, rejected.Comment, work.Language));
        return new(IsWaiting: false, null, IsExpired: rejected.Status == ApprovalStatus.Expired);
    }

    /// <summary>One decision; the run's end when it is the answer, which is then told, or when the limit of tokens stopped the model before it wrote any of it. One that is cut off ends at the limit of tokens where that, and not the longest answer that the agent may give, was what cut it.</summary>
    private async Task<AgentEnd?> DecideAsync(AgentWork work, StepKind kind, string goal, bool withTools, CancellationToken cancellation, string? last = null)
    {
        var settings = work.Definition.Prompting;
        var messages = work.Prompt.After(work.Journal.Past, last);
        var options = work.Options.Clone();
        var mayCall = withTools && work.Kit.Tools.Count > 0;
        var room = mayCall ? work.Limit.ToWriteBefore() : Math.Max(1, work.Limit.TokensToWrite); // after a call there is an answer to be written yet
        options.MaxOutputTokens = Math.Min(work.Definition.Model.MaxTokens, room);
        if (mayCall)
            (options.Tools, options.AllowMultipleToolCalls) = (work.Kit.Offered, work.Definition.Limits.Parallel);
        var votes = settings.Samples > 1 && kind != StepKind.Answer; // the answer that a limit forces is asked for once, and told as it comes
        ModelQuestion question = new(kind, goal, messages, options, work.Kit) { ShowsAnswer = !votes, MostAnswer = work.MostAnswer };
        var (step, answer) = await TakeAsync(question, work, cancellation);
        if (step.Calls.Count > 0)
            return null;
        if (string.IsNullOrWhiteSpace(answer))
            return !step.IsCut ? throw new RunException(RunErrorKind.ModelFailed, $"The model {options.ModelId} ended without writing anything or calling a tool. Ask again, or give the agent another model.")
                : room < work.Definition.Model.MaxTokens ? new(IsWaiting: false, StopReason.MaxTokens)
                : throw new RunException(RunErrorKind.ModelFailed, string.Create(CultureInfo.InvariantCulture, $"The model {options.ModelId} reached the {work.Definition.Model.MaxTokens:N0} tokens of the agent's longest answer before it wrote any of it; thinking counts too. Let the agent write longer answers, or give it a model that thinks less."));
        var longest = Math.Min(work.Definition.Model.MaxTokens, work.MostAnswer ?? int.MaxValue);
        if (mayCall && step.IsCut && room < longest && work.Limit.TokensToWrite > step.CompletionTokens)
            return new(IsWaiting: false, StopReason.MaxTokens); // what was kept back for the answer after a call is more than it was cut at
        var (cutAt, isInTime) = votes ? await VoteAsync(question, (step, answer), work, cancellation) : (CutAt(step), true);
        var isAtLimit = (cutAt is not null && room < longest) || work.Limit.TokensLeft == 0;
        return new(IsWaiting: false, !isInTime ? StopReason.Timeout : isAtLimit ? StopReason.MaxTokens : null, IsAnswered: true, cutAt);
    }

    /// <summary>Asks for the other answers and tells the one that most agree on. Where the time ends or the model fails before all are there, it is chosen among those that are.</summary>
    /// <returns>Where the chosen answer is cut off, and whether the time sufficed.</returns>
    private async Task<(int? CutAt, bool IsInTime)> VoteAsync(ModelQuestion question, (StepCompletedData Step, string Text) first, AgentWork work, CancellationToken cancellation)
    {
        List<(StepCompletedData Step, string Text)> answers = [first];
        var isInTime = true;
        for (var i = 1; i < work.Definition.Prompting.Samples && work.Limit.HasRoomForAnswer && work.Limit.Reached is not StopReason.Timeout; i++)
        {
            var options = work.Options.Clone();
            (options.MaxOutputTokens, options.Temperature, options.Seed) = (Math.Min(work.Definition.Model.MaxTokens, work.Limit.TokensToWrite), Math.Max(options.Temperature ?? 0, 0.7f), work.Options.Seed + i);
            try
            {
                var (step, answer) = await TakeAsync(question with { Options = options }, work, cancellation);
                if (step.Calls.Count == 0 && !string.IsNullOrWhiteSpace(answer))
                    answers.Add((step, answer));
            }
            catch (Exception cut) when (cut is ModelHostException || (cut is OperationCanceledException && !work.Stopped.IsCancellationRequested))
            {
                work.Journal.GiveUp();
                isInTime = cut is ModelHostException;
                break;
            }
        }
        var chosen = MajorityAnswer.Of([.. answers.Select(answer => (answer.Step.StepId, answer.Text))]);
        work.Journal.Add("answer.chosen", chosen);
        work.Journal.Text(chosen.Text);
        return (CutAt(answers.First(answer => answer.Step.StepId == chosen.StepId).Step), isInTime);
    }

    private static int? CutAt(StepCompletedData step) => step.IsCut ? step.CompletionTokens : null;

    private async Task<(StepCompletedData Step, string Answer)> TakeAsync(ModelQuestion question, AgentWork work, CancellationToken cancellation)
    {
        ReasonedAnswer? reasoned = work.Definition.Prompting.Reasoning == ReasoningMode.None ? null : new();
        var step = await decision.TakeAsync(question, work.Journal, reasoned is null ? null : reasoned.Push, cancellation);
        if (reasoned is not null && reasoned.Answer is null && step.Calls.Count == 0 && question.ShowsAnswer)
            work.Journal.Text(step.Text); // it reasoned in silence, or forgot the line: all of it is the answer
        return (step, reasoned?.Answer ?? step.Text);
    }

    /// <summary>The answer that a limit forces, from what is known, in a time of its own, after which it is cut off where it stands; where the model gives none, a sentence says which limit it was.</summary>
    private async Task<AgentEnd> AnswerAtLimitAsync(AgentWork work, StopReason reason, CancellationToken cancellation)
    {
        AgentEnd unanswered = new(IsWaiting: false, reason);
        work.Journal.Reset("limit");
        if (!work.Limit.HasRoomForAnswer)
        {
            work.Journal.Text(AgentWords.NoRoom(work.Limit, work.Definition.Limits, work.Language));
            return unanswered;
        }
        using CancellationTokenSource timer = new(work.Limit.LastAnswer, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            if (await DecideAsync(work, StepKind.Answer, "", withTools: false, limited.Token, work.Words.AnswerNow) is { IsAnswered: true } end)
                return end with { Reason = reason };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            work.Journal.GiveUp();
            if (work.Journal.HasText)
                return unanswered with { IsAnswered = true };
            work.Journal.Reset("limit");
        }
        catch (RunException empty) when (empty.Kind == RunErrorKind.ModelFailed)
        {
            work.Journal.Reset("limit");
        }
        work.Journal.Text(AgentWords.AtLimit(reason, work.Definition.Limits, work.Language));
        return unanswered;
    }

    /// <summary>Tells what the answer took.</summary>
    private static void Finish(LiveRun run, AgentJournal journal, AgentDefinition definition, IReadOnlyList<Citation> cited, string model, double milliseconds, AgentEnd end)
    {
        AnswerDone usage = new(AnswerMode.Generate, NotFound: false, new(0, 0, milliseconds), new(model, journal.Past.PromptTokens, journal.Past.CachedTokens, journal.Past.Tokens - journal.Past.PromptTokens, 0), CutAtTokens: end.CutAt)
        {
            IsUnanswered = end is { Reason: not null, IsAnswered: false },
            IsUnsourced = definition.Knowledge.OnlyFromSources && definition.Tools.Any(tool => tool.Policy != ToolPolicy.Never && tool.Name != RememberTool.ToolName)
                && ((journal.Past.Results.Values.All(result => result.IsError || result.IsEmpty) && !IsRemembered(journal.Told, journal.Past.Recalled)) || (cited.Count > 0 && cited.All(citation => citation.Verdict == Verdict.Unsupported))),
        };
        run.Add("usage", usage, p => p.Usage = usage);
    }

    /// <summary>Whether a sentence of the answer says what was recalled: that anything was excuses nothing.</summary>
    private static bool IsRemembered(string answer, IReadOnlyList<string> recalled) =>
        SentenceSplitter.Split(answer).Any(sentence => recalled.Any(entry => CitationVerifier.Judge(answer[sentence.Start..sentence.End], entry, entry) is Verdict.Supported or Verdict.Partly));

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

    private static ToolScope ScopeOf(LiveRun run, AgentTask task, AgentPast past, AnswerLanguage language) =>
        new(run.Question.Caller, run.Id, task.Definition.Knowledge.BaseIds ?? run.Question.BaseIds, task.Depth)
        {
            AgentId = task.AgentId, Memory = task.Definition.Memory.Scope, UserName = task.UserName, TimeZone = task.Zone, Language = language, AsOf = task.AsOf, Numbers = new(past.Citations), Passages = task.Definition.Knowledge.Top, MinRelevance = task.Definition.Knowledge.Threshold,
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
