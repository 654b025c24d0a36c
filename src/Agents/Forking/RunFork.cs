using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Forking;

/// <summary>Does a run of an agent again, as a run of its own: wholly, or from a step on with what was done before it. Calls of before the step are not made again; those after it are, also by tools that write, as far as the agent may use them by now.</summary>
public sealed class RunFork
{
    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly RunStore store;
    private readonly RunAgent runs;
    private readonly PresentModels models;
    private readonly TimeProvider time;

    internal RunFork(IDbContextFactory<AgentsContext> contexts, RunStore store, RunAgent runs, PresentModels models, TimeProvider time) =>
        (this.contexts, this.store, this.runs, this.models, this.time) = (contexts, store, runs, models, time);

    /// <summary>Starts it as a further version of the answer, or of the question where that is another. NotFoundException: no such run of the caller's, or its agent is gone or no longer theirs to use. ArgumentException: no agent worked on it, no such step or call (FieldException), or an override that cannot be taken, as a model that is not there. ModelHostException where that cannot be learned. RunConflictException: its conversation is being answered.</summary>
    public async Task<RunInfo> ForkAsync(Caller caller, Guid runId, ForkRun fork, CancellationToken cancellation)
    {
        var row = await store.FindAsync(caller.UserId, runId, cancellation) ?? throw new NotFoundException("Run");
        if (row.Agent is null)
            throw new ArgumentException("No agent worked on this run. Ask its question again instead.", nameof(fork));
        var overrides = fork.Overrides ?? new();
        if (await models.FaultsAsync(caller, overrides.Model ?? "", overrides.Adapters ?? [], cancellation) is [var away, ..])
            throw new FieldException(away.Path == "id" ? "overrides.model" : $"overrides.{away.Path}", away.Message);
        var events = await store.AllEventsAsync(row.Id, cancellation);
        var task = Changed(RunJson.Read<AgentTask>(row.Agent), overrides);
        var now = await PresentAsync(caller, task, cancellation);
        task = fork.Recorded ? task with { Recorded = RecordedRun.CallsOf(events), AsOf = task.AsOf ?? row.CreatedAt, Remembered = RecordedRun.RememberedOf(events) } : task with { Definition = Tightened(task.Definition, now) };
        if (!fork.Recorded && row.Purpose != RunPurpose.Test)
            task = task with { Recorded = null, AsOf = null, Remembered = null }; // what is called for real is called now
        var asked = await QuestionAsync(row, cancellation);
        var question = overrides.Question ?? asked;
        RunOrigin origin = new(row.Id, fork.FromStep);
        RunBeginning beginning = new(row.Purpose is RunPurpose.Test or RunPurpose.Trial ? row.Purpose : fork.Purpose, Origin: origin)
        {
            Events = ForkedEvents.Of(fork.NewRunId, events, new(origin, overrides), DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds())),
        };
        StartRun start = new(fork.NewRunId, row.ConversationId, question, row.Mode, question == asked ? row.AssistantMessageId : row.UserMessageId, task);
        return await runs.StartAsync(caller, start, beginning, cancellation);
    }

    private static AgentTask Changed(AgentTask task, ForkOverrides overrides)
    {
        var definition = task.Definition with
        {
            Instructions = overrides.Instructions ?? task.Definition.Instructions,
            Model = task.Definition.Model.With(overrides.Model, overrides.Adapters),
        };
        DefinitionCheck.Require(definition);
        return task with { Definition = definition, Depth = 0, MostAnswerTokens = null }; // who asks by now did not ask for a short answer
    }

    /// <summary>With the tools, under the stricter policy, and the agents to ask that it has now too: what was taken from it since stays taken.</summary>
    private static AgentDefinition Tightened(AgentDefinition then, AgentDefinition now)
    {
        var settings = now.Tools.ToLookup(tool => tool.Name);
        return then with
        {
            Tools = [.. then.Tools.Select(tool => settings[tool.Name].DefaultIfEmpty(new(tool.Name, ToolPolicy.Never)).Aggregate(tool, Stricter))],
            Agents = [.. then.Agents.Intersect(now.Agents)],
        };
    }

    /// <summary>What the agent is now. Of a draft's run the draft counts, while the caller may see it.</summary>
    private async Task<AgentDefinition> PresentAsync(Caller caller, AgentTask task, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var agent = await AgentAccess.VisibleAsync(db, caller, task.AgentId, cancellation);
        var published = task.Version is null && AgentAccess.MayChange(agent, caller) ? null
            : await db.AgentVersions.AsNoTracking().Where(v => v.AgentId == agent.Id && v.Number == agent.PublishedVersion).Select(v => v.Definition).SingleOrDefaultAsync(cancellation);
        return RunJson.Read<AgentDefinition>(published ?? agent.Draft);
    }

    private static ToolSetting Stricter(ToolSetting one, ToolSetting other) => one with
    {
        Policy = one.Policy < other.Policy ? one.Policy : other.Policy, AlwaysFor = (one.AlwaysFor ?? other.AlwaysFor) is null ? null : one.Given & other.Given,
    };

    private async Task<string> QuestionAsync(RunRow row, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Messages.Where(m => m.Id == row.UserMessageId).Select(m => m.Text).SingleAsync(cancellation);
    }
}
