using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Forking;

/// <summary>Does a run of an agent again, as a run of its own: wholly, or from a step on with what was done before it. Calls of before the step are not made again; those after it are, also by tools that write.</summary>
public sealed class RunFork
{
    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly RunStore store;
    private readonly RunAgent runs;
    private readonly TimeProvider time;

    internal RunFork(IDbContextFactory<AgentsContext> contexts, RunStore store, RunAgent runs, TimeProvider time) =>
        (this.contexts, this.store, this.runs, this.time) = (contexts, store, runs, time);

    /// <summary>Starts it as a further version of the answer, or of the question where that is another. NotFoundException: no such run of the caller's. ArgumentException: no agent worked on it, no such step or call, or an override that cannot be taken. RunConflictException: its conversation is being answered.</summary>
    public async Task<RunInfo> ForkAsync(Caller caller, Guid runId, ForkRun fork, CancellationToken cancellation)
    {
        var row = await store.FindAsync(caller.UserId, runId, cancellation) ?? throw new NotFoundException("Run");
        if (row.Agent is null)
            throw new ArgumentException("No agent worked on this run. Ask its question again instead.", nameof(fork));
        var overrides = fork.Overrides ?? new();
        var events = await store.AllEventsAsync(row.Id, cancellation);
        var task = Changed(RunJson.Read<AgentTask>(row.Agent), overrides);
        if (fork.Recorded)
            task = task with { Recorded = RecordedRun.CallsOf(events) };
        var asked = await QuestionAsync(row, cancellation);
        var question = overrides.Question ?? asked;
        RunOrigin origin = new(row.Id, fork.FromStep);
        RunBeginning beginning = new(row.Purpose == RunPurpose.Test ? RunPurpose.Test : RunPurpose.Asked, Origin: origin)
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
            Model = task.Definition.Model with { Id = overrides.Model ?? task.Definition.Model.Id, Adapters = overrides.Adapters ?? task.Definition.Model.Adapters },
        };
        DefinitionCheck.Require(definition);
        return task with { Definition = definition, Depth = 0 };
    }

    private async Task<string> QuestionAsync(RunRow row, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Messages.Where(m => m.Id == row.UserMessageId).Select(m => m.Text).SingleAsync(cancellation);
    }
}
