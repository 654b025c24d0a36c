using Microsoft.EntityFrameworkCore;
using Platform.Agents.Answering;
using Platform.Agents.Conversations;
using Platform.Agents.Acting;
using Platform.Agents.Storage;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Agents.Runs;

/// <summary>A question to answer in a conversation. RunId is chosen by the caller: the same id with the same content starts nothing new, with other content it is a conflict (RunConflictException).</summary>
/// <param name="VersionOf">A message of the conversation that this is a further version of: an answer, to have its question answered again, or a question, to ask another in its place. What it is a version of stays. Null goes on after what is shown.</param>
/// <param name="Agent">The agent that is to work on it; null to have it answered from documents. The caller's rights are the run's.</param>
/// <param name="Model">The model that answers from documents; empty for the one that is there for it. Without meaning where an agent works.</param>
public sealed record StartRun(Guid RunId, Guid ConversationId, string Question, AnswerMode Mode = AnswerMode.Auto, Guid? VersionOf = null, AgentTask? Agent = null, string Model = "")
{
    /// <summary>What was said before, somewhere else; untrusted. Where it is given the conversation is made with the run, under an id that is the caller's choice, and stands in no list; null where it is there.</summary>
    public IReadOnlyList<PastTurn>? Before { get; init; }

    /// <summary>Who it is started by: Asked, Scheduled, Program or Trial.</summary>
    public RunPurpose Purpose { get; init; }
}

public sealed class RunConflictException(string message) : Exception(message);

/// <summary>A run as lists show it.</summary>
/// <param name="StopReason">max_steps, max_tokens, max_tool_calls, timeout or loop_detected of an incomplete one.</param>
public sealed record RunInfo(Guid Id, Guid ConversationId, Guid UserMessageId, Guid AssistantMessageId, RunStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt,
    Guid? AgentId = null, int? AgentVersion = null, StopReason? StopReason = null)
{
    public RunPurpose Purpose { get; init; }

    /// <summary>The run whose call this one is; null for one of its own.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>What it was forked from; null for one that began anew.</summary>
    public RunOrigin? Origin { get; init; }
}

/// <summary>Starts, cancels and follows runs. A run belongs to the server: leaving never stops it.</summary>
public sealed partial class RunAgent
{
    /// <summary>Longest question, UTF-16 characters.</summary>
    public const int MaxQuestionLength = 8_000;

    private static readonly TimeSpan WaitingPause = TimeSpan.FromSeconds(3), ElsewherePause = TimeSpan.FromMilliseconds(250);

    private readonly IDbContextFactory<AgentsContext> contexts;
    private readonly RunStore store;
    private readonly RunHost host;
    private readonly RunResumption resumption;
    private readonly TimeProvider time;

    internal RunAgent(IDbContextFactory<AgentsContext> contexts, RunStore store, RunHost host, RunResumption resumption, TimeProvider time) =>
        (this.contexts, this.store, this.host, this.resumption, this.time) = (contexts, store, host, resumption, time);

    /// <summary>Stores the user's message, an empty assistant message and the run, and starts it. ArgumentException: empty question, over 8,000 characters, or another than the one whose answer is to have a further version. RunConflictException also where the conversation is being answered already; RunException(ModelBusy) where no more may wait.</summary>
    public Task<RunInfo> StartAsync(Caller caller, StartRun start, CancellationToken cancellation) => StartAsync(caller, start, new(start.Purpose), cancellation);

    /// <summary>The same for a run that does not begin with nothing.</summary>
    internal async Task<RunInfo> StartAsync(Caller caller, StartRun start, RunBeginning beginning, CancellationToken cancellation)
    {
        var (run, live) = await AddAsync(caller, start, beginning, cancellation);
        if (live is not null)
            host.Enqueue(live);
        return run;
    }

    /// <summary>Stores it; the second is null where it was stored before.</summary>
    internal async Task<(RunInfo Run, LiveRun? Live)> AddAsync(Caller caller, StartRun start, RunBeginning beginning, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(start.Question))
            throw new ArgumentException("The question is empty.", nameof(start));
        if (start.Question.Length > MaxQuestionLength)
            throw new ArgumentException($"The question has {start.Question.Length:N0} characters; at most {MaxQuestionLength:N0} are taken. Shorten it, or upload the text as a document.", nameof(start));
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await SameAsync(db, caller, start, beginning, cancellation) is { } same)
            return (same, null);
        var conversation = start.Before is not null ? null
            : await db.Conversations.SingleOrDefaultAsync(c => c.Id == start.ConversationId && c.OwnerId == caller.UserId, cancellation) ?? throw new NotFoundException("Conversation");
        if (beginning.Purpose != RunPurpose.Nested) // it runs in the place of its parent
            host.RefuseWhenFull(caller.UserId);

        var messages = conversation is null ? [] : await db.Messages.AsNoTracking().Where(m => m.ConversationId == conversation.Id).OrderBy(m => m.Ordinal).ToListAsync(cancellation);
        if (conversation is null)
            (conversation, messages) = Opened(db, caller, start);
        var tree = new MessageTree(messages);
        var (after, asked) = Place(tree, conversation, start);
        var isAgain = asked is not null && await db.Runs.AnyAsync(r => r.UserMessageId == asked.Id && r.Status == RunStatus.Completed && r.Mode == start.Mode && r.Model == start.Model, cancellation); // one that failed or was stopped is no answer
        var run = AddRows(db, caller, start, beginning, conversation, after, asked, messages.Count == 0 ? 0 : messages[^1].Ordinal);
        try
        {
            // Who asks may leave from here on, and the run is either stored and executed or neither: nothing after this waits with their token.
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch (DbUpdateException)
        {
            // Another call may have been quicker: with this id, or in this conversation (the unique index on runs that have not ended).
            if (await SameAsync(db, caller, start, beginning, cancellation) is { } quicker)
                return (quicker, null);
            if (await db.Runs.AnyAsync(r => r.ConversationId == conversation.Id && r.EndedAt == null, cancellation))
                throw new RunConflictException("A run of this thread has not ended yet. Wait for its end, or stop it.");
            throw; // a full disk, say
        }
        var history = tree.PathTo(after).Where(m => m.Text.Length > 0).Select(m => new PastTurn(m.Role, m.Text)).ToList();
        var question = new AnswerQuestion(caller, start.Question, history, RunJson.Read<List<Guid>>(conversation.BaseIds), start.Mode, start.Model) { ConversationId = conversation.Id, IsAgain = isAgain };
        return (Info(run), new LiveRun(run.Id, run.AssistantMessageId, question, time, start.Agent, beginning.Events));
    }

    /// <summary>Stops within one step, whichever process executes it; what was written stays. Returns when the end is stored; a run that has ended is left as it is.</summary>
    public async Task CancelAsync(Caller caller, Guid runId, CancellationToken cancellation)
    {
        for (var isAsked = false; ;)
        {
            var live = host.Find(runId); // before the row: a run that leaves memory between the two has ended
            var row = await RowAsync(caller, runId, cancellation);
            try
            {
                if (!isAsked && row.EndedAt is null && row.Status != RunStatus.RequiresAction)
                {
                    await store.AskToStopAsync(runId, cancellation); // it is stopped also where another process has it, or takes it up after a crash
                    isAsked = true;
                }
            }
            finally
            {
                if (live is not null)
                    host.Stop(live);
            }
            if (live is not null)
                await live.Stored.WaitAsync(cancellation);
            if (row.Status == RunStatus.RequiresAction && await store.CancelWaitingAsync(runId, cancellation))
            {
                host.Tell(runId);
                if (row.ParentId is not null)
                    await resumption.WakeAsync(runId, CancellationToken.None);
                return;
            }
            row = await RowAsync(caller, runId, cancellation);
            if (row.EndedAt is not null)
                return;
            await Task.Delay(row.Lease != store.Lease ? ElsewherePause : TimeSpan.FromMilliseconds(50), time, cancellation); // another process's; or stored a moment ago, and about to be in memory
        }
    }

    public async Task<RunInfo> GetAsync(Caller caller, Guid runId, CancellationToken cancellation) => Info(await RowAsync(caller, runId, cancellation));

    /// <summary>The run in progress of a conversation, or null.</summary>
    public async Task<RunInfo?> ActiveAsync(Caller caller, Guid conversationId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.ConversationId == conversationId && r.OwnerId == caller.UserId && r.EndedAt == null, cancellation);
        return row is null ? null : Info(row);
    }

    /// <summary>The run that has this id already: null when there is none, a conflict when it is about something else.</summary>
    private static async Task<RunInfo?> SameAsync(AgentsContext db, Caller caller, StartRun start, RunBeginning beginning, CancellationToken cancellation)
    {
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == start.RunId, cancellation);
        if (run is null)
            return null;
        var asked = await db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == run.UserMessageId, cancellation);
        return run.OwnerId == caller.UserId && run.ConversationId == start.ConversationId && run.Mode == start.Mode && run.AgentId == start.Agent?.AgentId && run.Model == start.Model && (run.OriginId, run.OriginStep) == (beginning.Origin?.RunId, beginning.Origin?.FromStep) && asked?.Text == start.Question && await IsThereAsync(db, run, asked, start.VersionOf, cancellation)
            ? Info(run)
            : throw new RunConflictException($"Run {start.RunId} exists already, with other content. Choose a new id.");
    }

    /// <summary>Whether the run answers where a start with this VersionOf would have put it: the inverse of <see cref="Place"/>.</summary>
    private static async Task<bool> IsThereAsync(AgentsContext db, RunRow run, MessageRow asked, Guid? versionOf, CancellationToken cancellation)
    {
        var isNew = asked.RunId == run.Id;
        if (versionOf is null)
            return isNew && !await db.Messages.AnyAsync(m => m.ConversationId == run.ConversationId && m.ParentId == asked.ParentId && m.Ordinal < asked.Ordinal, cancellation);
        var old = await db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == versionOf && m.ConversationId == run.ConversationId, cancellation);
        return old is not null && old.RunId != run.Id && (old.Role == "user" ? isNew && old.ParentId == asked.ParentId : !isNew && old.ParentId == asked.Id);
    }

    /// <summary>The message that the question follows, and the question where it stands already.</summary>
    private static (Guid? After, MessageRow? Asked) Place(MessageTree tree, ConversationRow conversation, StartRun start)
    {
        if (start.VersionOf is not { } id)
            return (conversation.EndId, null);
        var old = tree.Find(id) ?? throw new NotFoundException("Message");
        if (old.Role == "user")
            return (old.ParentId, null);
        var asked = tree.Find(old.ParentId ?? Guid.Empty) ?? throw new NotFoundException("Message");
        return asked.Text == start.Question
            ? (asked.ParentId, asked)
            : throw new ArgumentException("A further version of an answer answers the same question. Give that question, or ask this one as a version of it.", nameof(start));
    }

    /// <summary>A conversation that is stored with its first run, or not at all.</summary>
    private (ConversationRow Conversation, List<MessageRow> Messages) Opened(AgentsContext db, Caller caller, StartRun start)
    {
        var now = time.GetUtcNow();
        ConversationRow opened = new() { Id = start.ConversationId, OwnerId = caller.UserId, Listed = false, CreatedAt = now, UpdatedAt = now };
        List<MessageRow> messages = [];
        foreach (var turn in start.Before ?? [])
        {
            messages.Add(new() { Id = Guid.CreateVersion7(now), ConversationId = opened.Id, ParentId = opened.EndId, Ordinal = messages.Count + 1, Role = turn.Role, Text = turn.Text, CreatedAt = now });
            opened.EndId = messages[^1].Id;
        }
        db.Add(opened);
        db.AddRange(messages);
        return (opened, messages);
    }

    private RunRow AddRows(AgentsContext db, Caller caller, StartRun start, RunBeginning beginning, ConversationRow conversation, Guid? after, MessageRow? asked, int lastOrdinal)
    {
        var now = time.GetUtcNow();
        MessageRow Add(string role, string text, Guid? parent)
        {
            var message = new MessageRow
            {
                Id = Guid.CreateVersion7(now), ConversationId = conversation.Id, ParentId = parent, Ordinal = ++lastOrdinal, Role = role, Text = text, CreatedAt = now, RunId = start.RunId,
            };
            db.Add(message);
            return message;
        }
        asked ??= Add("user", start.Question, after);
        var answer = Add("assistant", "", asked.Id);
        var run = new RunRow
        {
            Id = start.RunId, ConversationId = conversation.Id, OwnerId = caller.UserId, UserMessageId = asked.Id, AssistantMessageId = answer.Id,
            Mode = start.Mode, Model = start.Model, AgentId = start.Agent?.AgentId, AgentVersion = start.Agent?.Version, Agent = start.Agent is null ? null : RunJson.Write(start.Agent with { AsAdministrator = caller.IsAdministrator }),
            Purpose = beginning.Purpose, ParentId = beginning.ParentId, OriginId = beginning.Origin?.RunId, OriginStep = beginning.Origin?.FromStep, Status = RunStatus.Queued, CreatedAt = now, Lease = store.Lease, LeaseUntil = now + RunStore.LeaseTime,
        };
        if (conversation.Title.Length == 0)
            conversation.Title = ConversationTitle.Of(start.Question);
        (conversation.EndId, conversation.UpdatedAt) = (answer.Id, now);
        db.Add(run);
        db.RunEvents.AddRange(beginning.Events.Select(RunStore.Row));
        return run;
    }

    private async Task<RunRow> RowAsync(Caller caller, Guid runId, CancellationToken cancellation) =>
        await store.FindAsync(caller.UserId, runId, cancellation) ?? throw new NotFoundException("Run");

    internal static RunInfo Info(RunRow run) => new(run.Id, run.ConversationId, run.UserMessageId, run.AssistantMessageId, run is { StopAsked: true, EndedAt: null } ? RunStatus.Cancelling : run.Status, run.CreatedAt, run.EndedAt,
        run.AgentId, run.AgentVersion, run.StopReason is { } reason ? RunJson.Read<StopReason>($"\"{reason}\"") : null)
    {
        Purpose = run.Purpose, ParentId = run.ParentId, Origin = run.OriginId is { } origin ? new(origin, run.OriginStep) : null,
    };
}
