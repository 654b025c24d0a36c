using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Tests.Storage;

public sealed class WriteTurnsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writers_of_one_process_wait_for_each_other_without_a_thread_and_may_give_up()
    {
        await PrepareAsync();
        await using NotesContext first = Open(), second = Open(), third = Open(), fourth = Open();
        using CancellationTokenSource leaves = new();
        Task<int> then, gone, last;
        await using (var transaction = await first.Database.BeginTransactionAsync(Token))
        {
            await Noting(first, "a").SaveChangesAsync(Token);
            then = Noting(second, "b").SaveChangesAsync(Token); // without turns the driver would hold this thread for as long as the first takes
            gone = Noting(third, "c").SaveChangesAsync(leaves.Token);
            last = Noting(fourth, "d").SaveChangesAsync(Token);
            await leaves.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
            Assert.Equal((false, false), (then.IsCompleted, last.IsCompleted));
            await transaction.CommitAsync(Token);
        }

        Assert.Equal((1, 1), (await then, await last));
        Assert.Equal(["a", "b", "d"], await NotedAsync());
    }

    [Fact]
    public async Task Rooms_take_turns_with_each_other()
    {
        await PrepareAsync();
        await using NotesContext room = Open();
        DbContextOptionsBuilder<RetrievalContext> options = new();
        PlatformDatabase.Use(options, null, _folder.Path);
        await using RetrievalContext other = new(options.Options);
        Task made;
        await using (var transaction = await room.Database.BeginTransactionAsync(Token))
        {
            made = PlatformDatabase.PrepareAsync(other, RetrievalContext.Room, RetrievalContext.Version, Token); // of this very thread: the driver would hold it
            Assert.False(made.IsCompleted);
            await transaction.CommitAsync(Token);
        }

        await made;
    }

    [Fact]
    public async Task What_goes_first_goes_before_what_else_waits_to_be_written()
    {
        await PrepareAsync();
        await using NotesContext writes = Open(), first = Open(), second = Open(), run = Open();
        run.WritesFirst = true;
        List<string> order = [];
        Task[] waiting;
        await using (var transaction = await writes.Database.BeginTransactionAsync(Token))
        {
            waiting = [SaveAsync(first, "first"), SaveAsync(second, "second"), SaveAsync(run, "run")];
            await transaction.CommitAsync(Token);
        }

        await Task.WhenAll(waiting);
        Assert.Equal(["first", "run", "second"], order); // the first of the line stood at the door before it

        async Task SaveAsync(NotesContext db, string text)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            order.Add(text);
            await Noting(db, text).SaveChangesAsync(Token);
            await transaction.CommitAsync(Token);
        }
    }

    [Fact]
    public async Task A_transaction_that_is_given_up_rolled_back_or_fails_ends_its_turn()
    {
        await PrepareAsync();
        await using NotesContext first = Open(), second = Open(), third = Open();
        await using (await first.Database.BeginTransactionAsync(Token))
        {
            await Noting(first, "a").SaveChangesAsync(Token);
        }

        await using (var transaction = await second.Database.BeginTransactionAsync(Token))
        {
            await transaction.RollbackAsync(Token);
            await Noting(third, "b").SaveChangesAsync(Token);
        }

        await using NotesContext same = Open();
        same.Add(new Note { Id = third.Notes.Local.Single().Id, Text = "b" });
        await Assert.ThrowsAsync<DbUpdateException>(() => same.SaveChangesAsync(Token));
        await using NotesContext next = Open();
        await Noting(next, "c").SaveChangesAsync(Token);
        Assert.Equal(["b", "c"], await NotedAsync());
    }

    [Fact]
    public async Task Who_writes_through_another_context_inside_of_a_transaction_fails_and_holds_up_nobody_for_ever()
    {
        await PrepareAsync();
        WriteTurns turns = new(TimeSpan.FromMilliseconds(50));
        await using NotesContext outside = Open(turns), inside = Open(turns), behind = Open(turns), after = Open(turns);
        await using (var transaction = await outside.Database.BeginTransactionAsync(Token))
        {
            Task<int> waits = Noting(behind, "behind").SaveChangesAsync(Token);
            DbUpdateException fault = await Assert.ThrowsAsync<DbUpdateException>(() => Noting(inside, "inside").SaveChangesAsync(Token));
            Assert.Equal(5, Assert.IsType<SqliteException>(fault.InnerException).SqliteErrorCode); // as the driver says it: busy
            Assert.Contains("platform.db was not free to be written for 0.05 seconds", fault.InnerException.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<DbUpdateException>(() => waits);
            await Noting(outside, "outside").SaveChangesAsync(Token);
            await transaction.CommitAsync(Token);
        }

        await Noting(after, "after").SaveChangesAsync(Token);
        Assert.Equal(["after", "outside"], await NotedAsync());
    }

    private async Task PrepareAsync()
    {
        await using NotesContext notes = Open();
        await PlatformDatabase.PrepareAsync(notes, "notes", 1, Token);
    }

    private async Task<IEnumerable<string>> NotedAsync()
    {
        await using NotesContext notes = Open();
        return await notes.Notes.Select(note => note.Text).Order().ToListAsync(Token);
    }

    private NotesContext Open(WriteTurns? turns = null)
    {
        DbContextOptionsBuilder options = new();
        if (turns is null)
        {
            PlatformDatabase.Use(options, null, _folder.Path);
        }
        else
        {
            options.UseSqlite($"Data Source={Path.Combine(new DataFolder(_folder.Path).Databases, "platform.db")}").AddInterceptors(turns);
        }

        return new NotesContext(options.Options);
    }

    private static NotesContext Noting(NotesContext db, string text)
    {
        db.Add(new Note { Id = Guid.NewGuid(), Text = text });
        return db;
    }

    public void Dispose() => _folder.Dispose();
}
