using Microsoft.Extensions.Localization;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Planning;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Agents.Tools;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Runs;

/// <summary>What an agent waits for, for a page that does not follow its run.</summary>
/// <param name="Question">What the person asked, of whatever agent; empty where that is not known.</param>
/// <param name="AgentId">The agent that asks; null where nobody may be let off asking.</param>
/// <param name="Why">Why it is wanted, in the model's words: untrusted.</param>
/// <param name="AskedBy">Names of the agents through which it came, from the one that the person asked; none where that one waits itself.</param>
/// <param name="Task">What the agent that waits was asked by another; empty where the person asked it.</param>
/// <param name="Plan">The trace of its run, where what waits is a plan: what is approved is the newest version in it.</param>
public sealed record AskedElsewhere(Approval Asked, string Question = "", Guid? AgentId = null, string Why = "", RunTrace? Plan = null, IReadOnlyList<string>? AskedBy = null, string Task = "")
{
    /// <summary>What the tool always runs for, where it is asked about because it does more by now; else null.</summary>
    public string? AlwaysFor { get; init; }

    /// <summary>Whether it is another plan than the agent's first.</summary>
    public bool IsAnew { get; } = Plan is not null && PlanStory.Of(Plan) is not null;
}

/// <summary>What a person decides about a run, from whatever page. What cannot be done is said as a toast.</summary>
public sealed class RunDecisions(CurrentCaller current, ApprovalBox approvals, RunArchive archive, PlanEditor plans, ToolCatalog tools, ToolGrant grants, Toasts toasts, IStringLocalizer<RunsTexts> texts, ILogger<RunDecisions> log)
{
    /// <summary>The tool that is asked about; null for one that is no longer there.</summary>
    public Task<AgentTool?> ToolAsync(string name, CancellationToken cancellation) => tools.FindAsync(name, cancellation);

    /// <summary>Whether the person may let the agent use the tool without asking.</summary>
    public async Task<bool> MayAlwaysAsync(Guid? agentId, string tool, CancellationToken cancellation) =>
        agentId is { } agent && await grants.MayAllowAsync(await current.GetAsync(), agent, tool, cancellation);

    /// <summary>What waits in runs of agents that this run asked.</summary>
    public async Task<IReadOnlyList<AskedElsewhere>> BelowAsync(Guid runId, CancellationToken cancellation)
    {
        List<AskedElsewhere> below = [];
        foreach (var asked in await approvals.BelowAsync(await current.GetAsync(), runId, cancellation))
        {
            below.Add(await ReadAsync(asked, cancellation));
        }
        return below;
    }

    /// <summary>What is to be decided on, with what its run says of it.</summary>
    public async Task<AskedElsewhere> ReadAsync(Approval asked, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var caller = await current.GetAsync();
        try
        {
            var run = (await archive.GetAsync(caller, asked.RunId, cancellation)).Listed;
            var trace = RunTrace.Of(await archive.EventsAsync(caller, asked.RunId, cancellation));
            var (question, askedBy) = await OriginAsync(caller, run, cancellation);
            return new(asked, question, run.Run.AgentId, trace.WhyOf(asked.CallId), asked.IsPlan ? trace : null, askedBy, askedBy.Count > 0 ? run.Question : "") { AlwaysFor = trace.AlwaysForOf(asked.CallId) };
        }
        catch (NotFoundException)
        {
            return new(asked); // deleted a moment ago
        }
    }

    /// <summary>What the person asked, and the agents through which that came to a run.</summary>
    private async Task<(string Question, IReadOnlyList<string> AskedBy)> OriginAsync(Caller caller, RunListed run, CancellationToken cancellation)
    {
        List<string> askedBy = [];
        while (run.Run.ParentId is { } above)
        {
            run = (await archive.GetAsync(caller, above, cancellation)).Listed;
            askedBy.Insert(0, run.Agent);
        }
        return (run.Question, askedBy);
    }

    /// <summary>False when it could not be decided; what was decided counts, whether or not the agent goes on asking.</summary>
    /// <param name="alwaysFor">The agent that need not ask before this tool from now on.</param>
    public async Task<bool> DecideAsync(ApprovalAsked asked, ApprovalChoice choice, Guid? alwaysFor, CancellationToken cancellation)
    {
        if (!await TryAsync(async () => await approvals.DecideAsync(await current.GetAsync(), asked.Id, choice, cancellation)))
        {
            return false;
        }

        if (alwaysFor is { } agent)
        {
            await LetOffAsync(agent, asked, cancellation);
        }

        return true;
    }

    /// <summary>False when the plan could not be changed.</summary>
    public Task<bool> EditPlanAsync(Guid runId, int version, IReadOnlyList<PlanStep> steps, CancellationToken cancellation) =>
        TryAsync(async () => await plans.EditAsync(await current.GetAsync(), runId, version, steps, cancellation));

    private async Task LetOffAsync(Guid agent, ApprovalAsked asked, CancellationToken cancellation)
    {
        try
        {
            await grants.AllowAsync(await current.GetAsync(), agent, asked.Tool, Enum.Parse<ToolEffects>(asked.Effects), texts["AlwaysNote", asked.Tool], cancellation);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            log.LogWarning(error, "The agent {Agent} was not let off asking before {Tool}", agent, asked.Tool);
            toasts.Error(texts["AlwaysFailed"], error.Message);
        }
    }

    private async Task<bool> TryAsync(Func<Task> decide)
    {
        try
        {
            await decide();
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            log.LogWarning(error, "A decision about a run was not taken");
            toasts.Error(error switch
            {
                ApprovalConflictException => texts["DecidedAlready"],
                RunConflictException => texts["PlanChangedMeanwhile"],
                ArgumentException => RunWords.Refusal(error, texts),
                NotFoundException => texts["RunGone"],
                _ => texts["DecisionFailed"],
            }, error.Message);
            return false;
        }
    }
}
