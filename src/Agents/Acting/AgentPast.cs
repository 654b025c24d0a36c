using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Memory;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.ModelHost.Client;

namespace Platform.Agents.Acting;

/// <summary>What a run of an agent has done so far, read from its events alone: a run that is taken up again has nothing else.</summary>
internal sealed class AgentPast
{
    private readonly List<StepCompletedData> decisions = [];
    private readonly Dictionary<string, int> places = [];
    private readonly HashSet<string> begunPlanSteps = [], planStepIds = [];
    private readonly Dictionary<string, int> grownBefore = []; // by step, when its prompt was made
    private int started, planFailures, grown;
    private readonly Dictionary<string, ToolResultData> results = [];
    private readonly Dictionary<string, ToolCallData> open = [], made = [];
    private readonly Dictionary<string, int> writtenBefore = []; // by call, when its result came
    private int written; // calls that write, or stand for such
    private readonly Dictionary<string, ApprovalRequestedData> asked = [];
    private readonly Dictionary<string, ApprovalResolvedData> resolved = [];
    private readonly List<ApprovalRequestedData> questions = [];
    private readonly HashSet<PartAwayData> away = [];
    private readonly Dictionary<string, StepVerdict> verdicts = [];
    private readonly Dictionary<string, StepKind> unanswered = [];
    private TimeSpan worked;
    private DateTimeOffset? begun;
    private DateTimeOffset last;

    /// <summary>Events so far.</summary>
    public int Events { get; private set; }

    /// <summary>The newest plan; null while there is none.</summary>
    public Plan? Plan { get; private set; }

    /// <summary>Whether the model was asked for a plan, or for another version of the newest, and made none that can be used.</summary>
    public bool IsPlanTried => planFailures >= 2;

    /// <summary>A plan that a person approved with changes which no version has taken over yet.</summary>
    public ApprovalResolvedData? PlanToTakeOver { get; private set; }

    /// <summary>Versions of the plan that a failure made necessary.</summary>
    public int PlansByFailure { get; private set; }

    public IReadOnlySet<string> BegunPlanSteps => begunPlanSteps;

    /// <summary>Ids of the steps of all versions of the plan.</summary>
    public IReadOnlySet<string> PlanStepIds => planStepIds;

    /// <summary>Of what fell out of the conversation's window; null where none was made.</summary>
    public string? Summary { get; private set; }

    /// <summary>Of the step that begins next.</summary>
    public string NextStepId => $"s{started + 1}";

    /// <summary>Decisions with calls, and what was thought in steps of a plan, in the order in which the model was asked: of several at once any may be done first.</summary>
    public IReadOnlyList<StepCompletedData> Decisions => decisions;

    /// <summary>By call.</summary>
    public IReadOnlyDictionary<string, ToolResultData> Results => results;

    /// <summary>Questions to the model that have no end yet.</summary>
    public IReadOnlyList<(string StepId, StepKind Kind)> Asked => [.. unanswered.Select(step => (step.Key, step.Value))];

    /// <summary>Calls that were begun and whose outcome is not known.</summary>
    public IReadOnlyCollection<ToolCallData> Open => open.Values;

    /// <summary>Questions that the model was asked, but for whether a step is done.</summary>
    public int Steps { get; private set; }
    public int Tokens { get; private set; }
    public int PromptTokens { get; private set; }

    /// <summary>Tokens of the next prompt, about: those of the last, with what was written then and what calls brought since; 0 before the first.</summary>
    public int NextPromptTokens { get; private set; }

    /// <summary>Of the prompts' tokens, those that engines had read before.</summary>
    public int CachedTokens { get; private set; }

    /// <summary>Taken by agents that this one asked.</summary>
    public int TokensOfOthers { get; private set; }

    /// <summary>What was recalled from earlier conversations.</summary>
    public IReadOnlyList<string> Recalled { get; private set; } = [];

    /// <summary>Calls that were made, those of agents that were asked included.</summary>
    public int CallsMade { get; private set; }

    /// <summary>Whether a call was refused because all that may be made were.</summary>
    public bool IsOutOfCalls { get; private set; }

    /// <summary>Time of work so far, whatever was done side by side: from where a stretch began to where the run waited, or to the last that was told of it.</summary>
    public TimeSpan Worked => worked + (begun is { } from ? last - from : TimeSpan.Zero);
    public int TimesResumed { get; private set; }
    public IReadOnlyList<SentMessage> LastSent { get; private set; } = [];

    public ToldBefore Told { get; } = new();
    public IReadOnlyList<Citation> Citations => [.. results.Values.SelectMany(r => r.Citations).DistinctBy(c => c.N)];

    public static AgentPast Of(IEnumerable<RunEvent> events)
    {
        AgentPast past = new();
        foreach (var happened in events)
            past.Add(happened);
        return past;
    }

    public void Add(RunEvent happened)
    {
        Events++;
        if (happened.Name == "run.status")
            Became(happened.Read<RunStatusData>().Status, happened.At);
        else
            last = happened.At;
        if (happened.Name is "step.completed" or "step.failed")
            unanswered.Remove(happened.Name == "step.failed" ? happened.Read<StepFailedData>().StepId : happened.Read<StepCompletedData>().StepId);
        switch (happened.Name)
        {
            case "run.forked":
                (Steps, Tokens, PromptTokens, CachedTokens, TokensOfOthers, CallsMade, IsOutOfCalls, worked, begun) = (0, 0, 0, 0, 0, 0, false, TimeSpan.Zero, null); // what was done in another run is not counted in this one
                unanswered.Clear(); // the other run's end tells of them
                break;
            case "step.started":
                Started(happened.Read<StepStartedData>());
                break;
            case "memory.recalled":
                Recalled = [.. Recalled, .. happened.Read<MemoryRecalledData>().Entries.Select(entry => entry.Text)];
                break;
            case "part.away":
                away.Add(happened.Read<PartAwayData>());
                break;
            case "step.failed":
                var failed = happened.Read<StepFailedData>();
                planFailures += failed is { Kind: StepKind.Plan, IsGivenUp: false } ? 1 : 0;
                Tokens += failed.PromptTokens + failed.CompletionTokens;
                PromptTokens += failed.PromptTokens;
                break;
            case "plan.created" or "plan.updated":
                var planned = happened.Read<PlanData>();
                (Plan, planFailures, PlanToTakeOver) = (planned.Plan, 0, null);
                planStepIds.UnionWith(planned.Plan.Steps.Select(step => step.Id));
                PlansByFailure += happened.Name == "plan.updated" && planned.Reason != PlanData.Edited ? 1 : 0;
                break;
            case "step.completed":
                Completed(happened.Read<StepCompletedData>());
                break;
            case "tool.call":
                var call = happened.Read<ToolCallData>();
                open[call.CallId] = made[call.CallId] = call;
                written += call.Writes || call.IsFinal ? 1 : 0;
                CallsMade++;
                break;
            case "tool.result":
                var result = happened.Read<ToolResultData>();
                results[result.CallId] = result;
                writtenBefore[result.CallId] = written;
                open.Remove(result.CallId);
                TokensOfOthers += result.Tokens;
                CallsMade += result.Calls;
                IsOutOfCalls |= result.Failure == ToolFailure.NoCallsLeft;
                Grow(TokenEstimate.Of(result.Text));
                break;
            case "approval.requested":
                var request = happened.Read<ApprovalRequestedData>();
                asked[request.CallId] = request;
                if (request.IsQuestion)
                    questions.Add(request);
                break;
            case "approval.resolved":
                var decided = happened.Read<ApprovalResolvedData>();
                resolved[decided.CallId] = decided;
                if (decided is { Status: ApprovalStatus.Approved, Arguments: not null } && PlanExecution.IsCall(decided.CallId))
                    PlanToTakeOver = decided;
                break;
        }
    }

    /// <summary>The calls that have no result yet, and whether each stands in the plan, as it is.</summary>
    public IReadOnlyList<(string StepId, CallData Call, bool IsPlanned)> Unsettled =>
        [.. decisions.SelectMany(decision => decision.Calls.Where(call => !results.ContainsKey(call.CallId)).Select(call => (decision.StepId, call, IsInPlan(decision, call))))];

    /// <summary>What a model filled in while a step was carried out stood in no plan that anybody saw.</summary>
    private bool IsInPlan(StepCompletedData decision, CallData call) => decision.PlanStep is { } id
        && Plan?.Steps.FirstOrDefault(step => step.Id == id) is { Inputs: { ValueKind: JsonValueKind.Object } inputs } step && step.Tool == call.Tool && JsonElement.DeepEquals(inputs, call.Arguments);

    /// <summary>What a call was made with, where it was: a person may have edited what the model wrote.</summary>
    public JsonElement? MadeWith(string callId) => made.TryGetValue(callId, out var call) ? call.Arguments : null;

    /// <summary>Whether a call of a decision was made that writes, or one that stands for such a call.</summary>
    public bool HasWritten(StepCompletedData decision) => decision.Calls.Any(call => made.TryGetValue(call.CallId, out var begun) && (begun.Writes || begun.IsFinal));

    /// <summary>Whether what a call brought, or is to bring, stands yet: nothing was begun since that writes.</summary>
    public bool IsFresh(string callId) => writtenBefore.GetValueOrDefault(callId, written) == written;

    /// <summary>Whether what a decision in a step of a plan brought reached what the step was to; null where nobody looked.</summary>
    public StepVerdict? VerdictOn(StepCompletedData decision) => verdicts.GetValueOrDefault(decision.StepId);

    /// <summary>Whether a call was begun and has no result.</summary>
    public bool IsOpen(string callId) => open.ContainsKey(callId);

    public bool IsAsked(string callId) => asked.ContainsKey(callId);

    public ApprovalResolvedData? DecisionOn(string callId) => resolved.GetValueOrDefault(callId);

    /// <summary>How often the person was asked something before the plan.</summary>
    public int QuestionsAsked => questions.Count;

    /// <summary>Whether such a question waits for its answer.</summary>
    public bool IsQuestionOpen => questions.Exists(question => !resolved.ContainsKey(question.CallId));

    /// <summary>Such questions that are settled, in order.</summary>
    public IReadOnlyList<Clarified> Clarified =>
        [.. questions.Where(question => resolved.ContainsKey(question.CallId)).Select(question => new Clarified(Clarification.Read(question.Arguments).Question, Clarification.AnswerIn(resolved[question.CallId].Arguments)))];

    /// <summary>Whether it is told already that the run goes on without this.</summary>
    public bool IsAway(PartAwayData part) => away.Contains(part);

    /// <summary>Whether a person approved a tool for the whole run, with all that it does.</summary>
    public bool IsGranted(AgentTool tool) => resolved.Values.Any(r => r is { Status: ApprovalStatus.Approved, ForRun: true } && r.Tool == tool.Name
        && WasSeen(r.CallId, tool));

    /// <summary>Whether all that the tool does by now was said to the person who was asked about the call.</summary>
    public bool WasSeen(string callId, AgentTool tool) =>
        asked.TryGetValue(callId, out var seen) && Enum.TryParse<ToolEffects>(seen.Effects, out var effects) && (tool.Effects & ~effects) == 0;

    private void Became(string status, DateTimeOffset at)
    {
        if (status is AgentJournal.Preparing or AgentJournal.Writing) // runs of before were never preparing
        {
            (begun, last) = (begun ?? at, at);
        }
        else if (status is AgentJournal.Resumed)
        {
            (worked, begun, TimesResumed) = (Worked, null, TimesResumed + 1); // since the last event nobody worked on it
            unanswered.Clear();
        }
        else if (status is AgentJournal.Waiting)
        {
            last = at;
            (worked, begun) = (Worked, null);
        }
        else if (begun is not null)
        {
            last = at; // its end
        }
    }

    private void Grow(int tokens)
    {
        grown += tokens;
        NextPromptTokens += tokens;
    }

    private void Started(StepStartedData step)
    {
        places[step.StepId] = ++started;
        grownBefore[step.StepId] = grown;
        if (step.PlanStep is { } planStep)
            begunPlanSteps.Add(planStep);
        if (step.Kind == StepKind.PlanStep)
            return; // what the model is asked in it is a step of its own
        unanswered[step.StepId] = step.Kind;
        LastSent = [.. LastSent.Take(step.SameAsBefore), .. step.Sent];
        Told.Take(step);
        Steps += step.Kind == StepKind.Check ? 0 : 1; // it decides nothing
    }

    private void Completed(StepCompletedData step)
    {
        Tokens += step.PromptTokens + step.CompletionTokens;
        PromptTokens += step.PromptTokens;
        CachedTokens += step.CachedTokens;
        if (step.Kind is not (StepKind.Summary or StepKind.PlanStep or StepKind.Check))
        {
            // What came while it was asked stood in no prompt of its; what it thought stands in none after it.
            var said = TokenEstimate.Of(step.Text) + step.Calls.Sum(call => TokenEstimate.Of(call.Tool) + TokenEstimate.Of(call.Arguments.GetRawText()));
            NextPromptTokens = step.PromptTokens + grown - grownBefore.GetValueOrDefault(step.StepId);
            Grow(Math.Min(step.CompletionTokens, said));
        }
        if (step.Verdict is { } verdict)
            verdicts[verdict.Decision] = verdict;
        if (step.Kind == StepKind.Summary && step.Text.Trim() is { Length: > 0 } summary)
            Summary = summary;
        else if (step.Calls.Count > 0 || step is { Kind: StepKind.Decision, PlanStep: not null })
            decisions.Insert(decisions.FindLastIndex(earlier => PlaceOf(earlier) <= PlaceOf(step)) + 1, step);

        int PlaceOf(StepCompletedData of) => places.GetValueOrDefault(of.StepId);
    }
}
