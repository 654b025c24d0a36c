using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Runs;

/// <summary>What a run came to so far.</summary>
/// <param name="Agent">The slug of the agent as the run began with it; null where the question was answered without one.</param>
/// <param name="Waiting">Approvals that it waits for.</param>
public sealed record RunOutcome(RunInfo Run, string? Agent, string Text, IReadOnlyList<Citation> Citations, AnswerDone? Usage, ErrorData? Error, IReadOnlyList<Guid> Waiting);

/// <summary>Tells what a person's runs came to.</summary>
public sealed class RunOutcomes
{
    private readonly IDbContextFactory<AgentsContext> contexts;

    internal RunOutcomes(IDbContextFactory<AgentsContext> contexts) => this.contexts = contexts;

    public async Task<RunOutcome> GetAsync(Caller caller, Guid runId, CancellationToken cancellation) =>
        await OfAsync(caller, [runId], cancellation) is [var found] ? found : throw new NotFoundException("Run");

    /// <summary>Those of the runs that are the caller's, in their order.</summary>
    public async Task<IReadOnlyList<RunOutcome>> OfAsync(Caller caller, IReadOnlyList<Guid> runIds, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.Runs.AsNoTracking().Where(r => runIds.Contains(r.Id) && r.OwnerId == caller.UserId).ToDictionaryAsync(r => r.Id, cancellation);
        var messageIds = rows.Values.Select(r => r.AssistantMessageId).ToList();
        var messages = await db.Messages.AsNoTracking().Where(m => messageIds.Contains(m.Id)).ToDictionaryAsync(m => m.Id, cancellation);
        var waiting = (await db.Approvals.AsNoTracking().Where(a => runIds.Contains(a.RunId) && a.Status == ApprovalStatus.Pending).OrderBy(a => a.ExpiresAt)
            .Select(a => new { a.RunId, a.Id }).ToListAsync(cancellation)).ToLookup(a => a.RunId, a => a.Id);
        return [.. runIds.Where(rows.ContainsKey).Select(id => Of(rows[id], messages.GetValueOrDefault(rows[id].AssistantMessageId), [.. waiting[id]]))];
    }

    private static RunOutcome Of(RunRow row, MessageRow? answer, IReadOnlyList<Guid> waiting) => new(
        RunAgent.Info(row), row.Agent is null ? null : RunJson.Read<AgentTask>(row.Agent).Definition.Slug, answer?.Text ?? "",
        answer?.Citations is { } citations ? RunJson.Read<List<Citation>>(citations) : [], answer?.Usage is { } usage ? RunJson.Read<AnswerDone>(usage) : null,
        answer?.Error is { } error ? RunJson.Read<ErrorData>(error) : null, waiting);
}
