using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Nesting;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Runs;

/// <summary>What a run came to so far.</summary>
/// <param name="Agent">The slug of the agent as the run began with it; null where the question was answered without one.</param>
/// <param name="Usage">Of a run that has not come to an answer, what its model's steps took so far; null where there is none.</param>
/// <param name="Waiting">Approvals that it waits for, and those that agents wait for which it asked.</param>
public sealed record RunOutcome(RunInfo Run, string? Agent, string Text, IReadOnlyList<Citation> Citations, AnswerDone? Usage, ErrorData? Error, IReadOnlyList<Guid> Waiting)
{
    /// <summary>Tokens of agents that it asked; not in its usage.</summary>
    public int TokensOfOthers { get; init; }

    /// <summary>The model that it asked, or else is set to, with adapters that its id names; null where the usual one is to be asked, or none was.</summary>
    public string? Model { get; init; }

    /// <summary>Further adapters that it is set to, each with its strength.</summary>
    public IReadOnlyList<AdapterSetting> Adapters { get; init; } = [];
}

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
        List<RunOutcome> outcomes = [];
        foreach (var row in runIds.Where(rows.ContainsKey).Select(id => rows[id]))
        {
            var waiting = row.Status == RunStatus.RequiresAction ? await WaitingAsync(db, row.Id, cancellation) : [];
            var answer = messages.GetValueOrDefault(row.AssistantMessageId);
            outcomes.Add(Of(row, answer, answer?.Usage is null && row.Tokens > 0 ? await SoFarAsync(db, row.Id, cancellation) : null, waiting));
        }
        return outcomes;
    }

    private static async Task<IReadOnlyList<Guid>> WaitingAsync(AgentsContext db, Guid runId, CancellationToken cancellation)
    {
        IReadOnlyList<Guid> all = [runId, .. await RunTree.BelowAsync(db, runId, cancellation)];
        return await db.Approvals.AsNoTracking().Where(a => all.Contains(a.RunId) && a.Status == ApprovalStatus.Pending).OrderBy(a => a.ExpiresAt).Select(a => a.Id).ToListAsync(cancellation);
    }

    private static async Task<AnswerDone> SoFarAsync(AgentsContext db, Guid runId, CancellationToken cancellation)
    {
        var steps = await db.RunEvents.AsNoTracking().Where(e => e.RunId == runId && (e.Name == "step.completed" || e.Name == "step.failed" || e.Name == "run.forked")).OrderBy(e => e.Seq).ToListAsync(cancellation);
        var past = AgentPast.Of(steps.Select(e => new RunEvent(e.RunId, e.Seq, e.At, e.Name, e.Data)));
        return new(AnswerMode.Generate, NotFound: false, new(0, 0, 0), new("", past.PromptTokens, past.CachedTokens, past.Tokens - past.PromptTokens, 0));
    }

    private static RunOutcome Of(RunRow row, MessageRow? answer, AnswerDone? soFar, IReadOnlyList<Guid> waiting)
    {
        var agent = row.Agent is null ? null : RunJson.Read<AgentTask>(row.Agent).Definition;
        var told = answer?.Usage is { } usage ? RunJson.Read<AnswerDone>(usage) : null;
        var model = told?.Usage.Model ?? (row.Model.Length > 0 ? row.Model : agent?.Model.Id);
        return new(RunAgent.Info(row), agent?.Slug, answer?.Text ?? "", answer?.Citations is { } citations ? RunJson.Read<List<Citation>>(citations) : [], told ?? soFar,
            answer?.Error is { } error ? RunJson.Read<ErrorData>(error) : null, waiting) { TokensOfOthers = row.TokensOfOthers, Model = model is "" ? null : model, Adapters = agent?.Model.Adapters ?? [] };
    }
}
