using Microsoft.EntityFrameworkCore;
using Platform.Agents.Answering;
using Platform.Agents.Conversations;
using Platform.Agents.Acting;
using Platform.Agents.Storage;
using Platform.Retrieval.Access;

namespace Platform.Agents.Runs;

/// <summary>Goes on with runs of agents that this process has taken: after a restart, or when a person has decided.</summary>
internal sealed class RunResumption(IDbContextFactory<AgentsContext> contexts, RunHost host, TimeProvider time)
{
    /// <summary>Those that the program's end interrupted.</summary>
    public async Task GoOnAsync(IReadOnlyList<RunRow> runs, CancellationToken cancellation)
    {
        foreach (var row in runs)
        {
            if (host.Find(row.Id) is { } own) // its lease ran out while it worked here
                own.Lose();
            var run = await LiveAsync(row, cancellation);
            run.Add("run.status", new RunStatusData(AgentJournal.Resumed, 0));
            if (run.Progress.Text.Length > 0)
                run.Add("message.reset", new MessageResetData(AgentJournal.Resumed), p => p.Clear());
            host.Enqueue(run);
        }
    }

    /// <summary>One that waited for a person.</summary>
    public async Task GoOnAsync(RunRow row, CancellationToken cancellation) => host.Enqueue(await LiveAsync(row, cancellation));

    private async Task<LiveRun> LiveAsync(RunRow row, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var task = RunJson.Read<AgentTask>(row.Agent ?? throw new InvalidOperationException($"Run {row.Id} has no agent. This is a bug."));
        var messages = await db.Messages.AsNoTracking().Where(m => m.ConversationId == row.ConversationId).ToListAsync(cancellation);
        var baseIds = await db.Conversations.Where(c => c.Id == row.ConversationId).Select(c => c.BaseIds).SingleAsync(cancellation);
        MessageTree tree = new(messages);
        var asked = tree.Find(row.UserMessageId)!;
        var history = tree.PathTo(asked.ParentId).Where(m => m.Text.Length > 0).Select(m => new PastTurn(m.Role, m.Text)).ToList();
        var events = await db.RunEvents.AsNoTracking().Where(e => e.RunId == row.Id).OrderBy(e => e.Seq).ToListAsync(cancellation);
        AnswerQuestion question = new(new Caller(row.OwnerId, task.AsAdministrator), asked.Text, history, RunJson.Read<List<Guid>>(baseIds), row.Mode);
        return new(row.Id, row.AssistantMessageId, question, time, task, events.ConvertAll(e => new RunEvent(e.RunId, e.Seq, e.At, e.Name, e.Data)));
    }
}
