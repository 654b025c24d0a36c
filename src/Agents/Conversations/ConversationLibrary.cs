using Microsoft.EntityFrameworkCore;
using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Nesting;
using Platform.Agents.Runs;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Conversations;

/// <summary>A person's conversations. Another person's do not exist for the caller, administrators included (NotFoundException).</summary>
public sealed class ConversationLibrary
{
    /// <summary>Longest title, UTF-16 characters.</summary>
    public const int MaxTitleLength = 200;

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly RunHost host;
    private readonly TimeProvider time;

    internal ConversationLibrary(IDbContextFactory<AgentsContext> contexts, RunHost host, TimeProvider time) =>
        (this.contexts, this.host, this.time) = (contexts, host, time);

    /// <summary>Latest first; titles and messages that hold the text when given.</summary>
    public async Task<IReadOnlyList<Conversation>> ListAsync(Caller caller, string? containing, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = db.Conversations.AsNoTracking().Where(c => c.OwnerId == caller.UserId && c.Listed);
        if (!string.IsNullOrWhiteSpace(containing))
        {
            var text = containing.Trim().ToLowerInvariant();
            rows = rows.Where(c => AgentsContext.Lower(c.Title).Contains(text) || db.Messages.Any(m => m.ConversationId == c.Id && AgentsContext.Lower(m.Text).Contains(text)));
        }
        var found = await rows.OrderByDescending(c => c.UpdatedAt).ThenByDescending(c => c.Id)
            .Select(c => new { Row = c, Running = db.Runs.Any(r => r.ConversationId == c.Id && r.EndedAt == null) }).ToListAsync(cancellation);
        return found.ConvertAll(f => Shown(f.Row, f.Running));
    }

    /// <param name="listed">False for one that carries trials or runs of programs: it is opened by its id and stands in no list.</param>
    /// <param name="subject">Who answers in it; null for the documents.</param>
    public async Task<Conversation> CreateAsync(Caller caller, IReadOnlyList<Guid> baseIds, CancellationToken cancellation, bool listed = true, ConversationSubject? subject = null)
    {
        var now = time.GetUtcNow();
        var row = new ConversationRow
        {
            Id = Guid.CreateVersion7(now), OwnerId = caller.UserId, BaseIds = RunJson.Write(baseIds), Listed = listed, Subject = (subject ?? ConversationSubject.Documents).Stored, CreatedAt = now, UpdatedAt = now,
        };
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.Add(row);
        await db.SaveChangesAsync(cancellation);
        return Shown(row, running: false);
    }

    public async Task<Conversation> GetAsync(Caller caller, Guid conversationId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await OwnAsync(db, caller, conversationId, cancellation);
        return Shown(row, await db.Runs.AnyAsync(r => r.ConversationId == row.Id && r.EndedAt == null, cancellation));
    }

    /// <summary>The path that is shown, in order; includes the part of a running answer that is stored so far.</summary>
    public async Task<IReadOnlyList<ConversationMessage>> MessagesAsync(Caller caller, Guid conversationId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var conversation = await OwnAsync(db, caller, conversationId, cancellation);
        var tree = await TreeAsync(db, conversation.Id, cancellation);
        var runs = await db.Runs.AsNoTracking().Where(r => r.ConversationId == conversation.Id).ToDictionaryAsync(r => r.AssistantMessageId, cancellation);
        return [.. tree.PathTo(conversation.EndId).Select(m => Shown(m, runs.GetValueOrDefault(m.Id), tree))];
    }

    private static ConversationMessage Shown(MessageRow m, RunRow? run, MessageTree tree) =>
        new(m.Id, m.ConversationId, m.Role, m.Text, m.CreatedAt, m.RunId, run?.Status,
            m.Citations is null ? [] : RunJson.Read<List<Citation>>(m.Citations),
            m.Sources is null ? [] : RunJson.Read<List<SourceRead>>(m.Sources),
            m.Usage is null ? null : RunJson.Read<AnswerDone>(m.Usage),
            m.Error is null ? null : RunJson.Read<ErrorData>(m.Error),
            tree.VersionsOf(m))
        {
            Agent = run?.Agent is { } agent ? RunJson.Read<AgentTask>(agent).Definition.Name : "", AgentId = run?.AgentId, StopReason = run is null ? null : RunAgent.Info(run).StopReason,
        };

    /// <summary>Shows this version of a message, and what followed it last. NotFoundException where the conversation has no such message.</summary>
    public async Task ShowVersionAsync(Caller caller, Guid conversationId, Guid messageId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var conversation = await OwnAsync(db, caller, conversationId, cancellation);
        var tree = await TreeAsync(db, conversation.Id, cancellation);
        conversation.EndId = tree.NewestEndFrom((tree.Find(messageId) ?? throw new NotFoundException("Message")).Id);
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>ArgumentException: an empty title, or over 200 characters.</summary>
    public Task RenameAsync(Caller caller, Guid conversationId, string title, CancellationToken cancellation)
    {
        var trimmed = title.Trim();
        if (trimmed.Length is 0 or > MaxTitleLength)
            throw new ArgumentException($"A title has 1 to {MaxTitleLength} characters; this one has {trimmed.Length}.", nameof(title));
        return ChangeAsync(caller, conversationId, row => row.Title = trimmed, cancellation);
    }

    public Task PinAsync(Caller caller, Guid conversationId, bool pinned, CancellationToken cancellation) =>
        ChangeAsync(caller, conversationId, row => row.Pinned = pinned, cancellation);

    /// <summary>Which bases its questions search; none means all that the caller may read.</summary>
    public Task SetBasesAsync(Caller caller, Guid conversationId, IReadOnlyList<Guid> baseIds, CancellationToken cancellation) =>
        ChangeAsync(caller, conversationId, row => row.BaseIds = RunJson.Write(baseIds), cancellation);

    /// <summary>Who answers its questions from now on.</summary>
    public Task SetSubjectAsync(Caller caller, Guid conversationId, ConversationSubject subject, CancellationToken cancellation) =>
        ChangeAsync(caller, conversationId, row => row.Subject = subject.Stored, cancellation);

    /// <summary>Deletes it with its messages and runs, and the runs of agents that those asked; a running answer is cancelled first.</summary>
    public async Task DeleteAsync(Caller caller, Guid conversationId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await OwnAsync(db, caller, conversationId, cancellation);
        var running = await db.Runs.AsNoTracking().Where(r => r.ConversationId == row.Id && r.EndedAt == null).Select(r => r.Id).ToListAsync(cancellation);
        foreach (var run in running)
        {
            if (host.Find(run) is { } live)
                await host.StopAsync(live, cancellation);
        }
        // The database takes messages, runs, events and approvals with it. What an agent was asked has a conversation of its own.
        var runs = await db.Runs.Where(r => r.ConversationId == row.Id).Select(r => r.Id).ToListAsync(cancellation);
        var asked = await RunTree.ConversationsBelowAsync(db, runs, cancellation);
        await db.Conversations.Where(c => c.Id == row.Id || asked.Contains(c.Id)).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Which of them there still are, whoever's they are: what else is kept of a conversation ends with it.</summary>
    public async Task<IReadOnlySet<Guid>> ExistingAsync(IReadOnlyCollection<Guid> conversationIds, CancellationToken cancellation)
    {
        const int portion = 500;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        HashSet<Guid> found = [];
        foreach (var ids in conversationIds.Chunk(portion))
            found.UnionWith(await db.Conversations.Where(c => ids.Contains(c.Id)).Select(c => c.Id).ToListAsync(cancellation));
        return found;
    }

    private async Task ChangeAsync(Caller caller, Guid conversationId, Action<ConversationRow> change, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        change(await OwnAsync(db, caller, conversationId, cancellation));
        await db.SaveChangesAsync(cancellation);
    }

    private static async Task<MessageTree> TreeAsync(AgentsContext db, Guid conversationId, CancellationToken cancellation) =>
        new(await db.Messages.AsNoTracking().Where(m => m.ConversationId == conversationId).ToListAsync(cancellation));

    private static async Task<ConversationRow> OwnAsync(AgentsContext db, Caller caller, Guid conversationId, CancellationToken cancellation) =>
        await db.Conversations.SingleOrDefaultAsync(c => c.Id == conversationId && c.OwnerId == caller.UserId, cancellation) ?? throw new NotFoundException("Conversation");

    private static Conversation Shown(ConversationRow row, bool running) =>
        new(row.Id, row.Title, RunJson.Read<List<Guid>>(row.BaseIds), row.Pinned, row.CreatedAt, row.UpdatedAt, running) { Subject = ConversationSubject.Of(row.Subject) };
}
