using Microsoft.EntityFrameworkCore;
using Platform.Agents.Conversations;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Training.Datasets.Storage;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Feedback;

/// <summary>Judgements of answers: people give them in their own conversations, administrators look through them and take them into datasets, where they wait for approval like any row.</summary>
public sealed class FeedbackBox
{
    public const int MaxComment = 2000, MaxCorrection = 20_000, MaxShown = 200;

    private readonly IDbContextFactory<DatasetsContext> contexts;
    private readonly ConversationLibrary conversations;
    private readonly DatasetItems items;
    private readonly TimeProvider time;

    internal FeedbackBox(IDbContextFactory<DatasetsContext> contexts, ConversationLibrary conversations, DatasetItems items, TimeProvider time) =>
        (this.contexts, this.conversations, this.items, this.time) = (contexts, conversations, items, time);

    /// <summary>Judges an answer of one's own conversation; a second judgement takes the first one's place, and waits again. NotFoundException; DatasetException comment_too_long, correction_too_long, no_answer.</summary>
    public async Task GiveAsync(Caller caller, Guid conversationId, Guid messageId, Judgement judgement, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(judgement);
        if (judgement.Comment.Length > MaxComment)
            throw new DatasetException("comment_too_long", $"The comment has {judgement.Comment.Length:N0} characters; the limit is {MaxComment:N0}. Shorten it.");
        if (judgement.Correction.Length > MaxCorrection)
            throw new DatasetException("correction_too_long", $"The corrected answer has {judgement.Correction.Length:N0} characters; the limit is {MaxCorrection:N0}. Shorten it.");
        var path = await conversations.MessagesAsync(caller, conversationId, cancellation);
        var answer = path.FirstOrDefault(message => message.Id == messageId && message.Role == "assistant") ?? throw new NotFoundException($"Answer {messageId}");
        if (answer.Text.Trim().Length == 0)
            throw new DatasetException("no_answer", "The answer is empty; there is nothing to judge.");
        Turn[] asked = [.. path.TakeWhile(message => message.Id != messageId).Select(message => new Turn(message.Role == "assistant" ? TurnRole.Assistant : TurnRole.User, message.Role == "assistant" ? LearnedText.Of(message.Text, message.Citations, message.Usage) : message.Text, Learned: false))];
        try
        {
            await KeepAsync();
        }
        catch (DbUpdateException) // two first ones at once: by now there is one, which is changed
        {
            await KeepAsync();
        }

        async Task KeepAsync()
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            var row = await db.Feedback.SingleOrDefaultAsync(f => f.MessageId == messageId, cancellation);
            if (row is null)
                db.Add(row = new() { MessageId = messageId, ConversationId = conversationId, RunId = answer.RunId, OwnerId = caller.UserId, Asked = "", Answer = "" });
            (row.Good, row.Reasons, row.Comment, row.Correction, row.MayLearn) = (judgement.Good, ItemJson.Write(judgement.Reasons), judgement.Comment.Trim(), judgement.Correction.Trim(), judgement.MayLearn);
            (row.Asked, row.Answer, row.State, row.GivenAt) = (ItemJson.Write(asked), LearnedText.Of(answer.Text, answer.Citations, answer.Usage), FeedbackState.Waiting, StoredTime.Now(time));
            await db.SaveChangesAsync(cancellation);
        }
    }

    /// <summary>Takes one's judgement back. One that was taken into a dataset stays there.</summary>
    public async Task TakeBackAsync(Caller caller, Guid messageId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Feedback.Where(f => f.MessageId == messageId && f.OwnerId == caller.UserId).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>One's own judgements in a conversation, by the message.</summary>
    public async Task<IReadOnlyDictionary<Guid, Judgement>> GivenAsync(Caller caller, Guid conversationId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return (await db.Feedback.AsNoTracking().Where(f => f.ConversationId == conversationId && f.OwnerId == caller.UserId).ToListAsync(cancellation)).ToDictionary(f => f.MessageId, f => Shown(f).Judgement);
    }

    /// <summary>Of all people, newest first, at most <see cref="MaxShown"/>; none for others than administrators.</summary>
    public async Task<IReadOnlyList<FeedbackEntry>> ListAsync(Caller caller, FeedbackState state, CancellationToken cancellation)
    {
        if (!caller.IsAdministrator)
            return [];
        await ForgetGoneAsync(cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return [.. (await db.Feedback.AsNoTracking().Where(f => f.State == state).OrderByDescending(f => f.GivenAt).Take(MaxShown).ToListAsync(cancellation)).Select(Shown)];
    }

    /// <summary>Deletes the judgements of conversations that are there no more: who deletes a conversation deletes what was said in it. What was taken into a dataset stays there.</summary>
    internal async Task ForgetGoneAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var judged = await db.Feedback.Select(f => f.ConversationId).Distinct().ToListAsync(cancellation);
        var there = await conversations.ExistingAsync(judged, cancellation);
        foreach (var gone in judged.Where(id => !there.Contains(id)))
            await db.Feedback.Where(f => f.ConversationId == gone).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>
    /// Makes a row of a judgement: a preference of the correction before the answer, or a dialogue that ends with the correction, or with the answer where it was good.
    /// It waits for approval there. DatasetException not_allowed where the person does not let a model learn from it, no_correction, kind_differs, or the code of a RowException.
    /// </summary>
    public async Task<AddedItems> TakeAsync(Caller caller, Guid messageId, Dataset dataset, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await FindAsync(db, caller, messageId, cancellation);
        var entry = Shown(row);
        if (!entry.Judgement.MayLearn)
            throw new DatasetException("not_allowed", "Whoever gave this judgement does not let a model learn from it. It can be read and put aside.");
        var corrected = entry.Judgement.Correction;
        if (corrected.Length == 0 && (!entry.Judgement.Good || dataset.Kind == RowKind.Preference))
            throw new DatasetException("no_correction", "Nobody said what should have been answered; without that there is nothing to learn from it. Write the better answer first.");
        var learned = dataset.Kind switch
        {
            RowKind.Preference => TrainingRow.Preference(entry.Asked, corrected, entry.Answer),
            RowKind.Dialogue => new(RowKind.Dialogue, [.. entry.Asked, new Turn(TurnRole.Assistant, corrected.Length > 0 ? corrected : entry.Answer)]),
            _ => throw new DatasetException("kind_differs", $"The dataset '{dataset.Name}' holds plain texts; a judged answer does not belong in it."),
        };
        var added = await items.AddAsync(caller, dataset.Id, [new(Checked(learned), entry.Judgement.Good ? "👍" : "👎", $"conversation:{entry.ConversationId:N}", new(RunId: entry.RunId))], cancellation);
        row.State = FeedbackState.Taken;
        await db.SaveChangesAsync(cancellation);
        return added;
    }

    /// <summary>Lets one that was put aside, or taken, wait again. What was taken into a dataset stays there.</summary>
    public async Task ReopenAsync(Caller caller, Guid messageId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        (await FindAsync(db, caller, messageId, cancellation)).State = FeedbackState.Waiting;
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Puts a judgement aside.</summary>
    public async Task DismissAsync(Caller caller, Guid messageId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        (await FindAsync(db, caller, messageId, cancellation)).State = FeedbackState.Dismissed;
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Writes what should have been answered, as an administrator who looks through judgements may.</summary>
    public async Task CorrectAsync(Caller caller, Guid messageId, string correction, CancellationToken cancellation)
    {
        if (correction.Length > MaxCorrection)
            throw new DatasetException("correction_too_long", $"The corrected answer has {correction.Length:N0} characters; the limit is {MaxCorrection:N0}. Shorten it.");
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        (await FindAsync(db, caller, messageId, cancellation)).Correction = correction.Trim();
        await db.SaveChangesAsync(cancellation);
    }

    private static TrainingRow Checked(TrainingRow row)
    {
        try
        {
            return RowReader.Read(RowWriter.Write(row));
        }
        catch (RowException fault)
        {
            throw new DatasetException(fault.Code, fault.Message, fault);
        }
    }

    private async Task<FeedbackRow> FindAsync(DatasetsContext db, Caller caller, Guid messageId, CancellationToken cancellation) =>
        (caller.IsAdministrator ? await db.Feedback.SingleOrDefaultAsync(f => f.MessageId == messageId, cancellation) : null) is { } row && (await conversations.ExistingAsync([row.ConversationId], cancellation)).Count == 1
            ? row : throw new NotFoundException($"Judgement of answer {messageId}");

    private static FeedbackEntry Shown(FeedbackRow row) => new(
        row.MessageId, row.ConversationId, row.RunId, row.OwnerId, new(row.Good, ItemJson.Read<List<FeedbackReason>>(row.Reasons), row.Comment, row.Correction, row.MayLearn), ItemJson.Read<List<Turn>>(row.Asked), row.Answer, row.State, row.GivenAt);
}
