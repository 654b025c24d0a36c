using Platform.Agents.Storage;

namespace Platform.Agents.Tests.Storage;

public sealed class WriteTurnsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writers_of_one_process_wait_for_each_other_without_a_thread_and_may_give_up()
    {
        await using var rig = await AgentsRig.StartAsync();
        await using AgentsContext first = rig.OpenDatabase(), second = rig.OpenDatabase(), third = rig.OpenDatabase(), fourth = rig.OpenDatabase();
        using CancellationTokenSource leaves = new();
        Task<int> then, gone, last;
        await using (var transaction = await first.Database.BeginTransactionAsync(Cancellation))
        {
            await Setting(first, "a").SaveChangesAsync(Cancellation);
            then = Setting(second, "b").SaveChangesAsync(Cancellation); // without turns the driver would hold this thread for as long as the first takes
            gone = Setting(third, "c").SaveChangesAsync(leaves.Token);
            last = Setting(fourth, "d").SaveChangesAsync(Cancellation);
            await leaves.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
            Assert.Equal((false, false), (then.IsCompleted, last.IsCompleted));
            await transaction.CommitAsync(Cancellation);
        }
        Assert.Equal((1, 1), (await then, await last));
        Assert.Equal(["a", "b", "d"], first.Settings.Select(setting => setting.Name).Order());
    }

    [Fact]
    public async Task What_runs_add_goes_before_what_else_waits_to_be_written()
    {
        await using var rig = await AgentsRig.StartAsync();
        await using AgentsContext writes = rig.OpenDatabase(), first = rig.OpenDatabase(), second = rig.OpenDatabase(), run = rig.OpenDatabase();
        run.WritesFirst = true;
        List<string> order = [];
        Task[] waiting;
        await using (var transaction = await writes.Database.BeginTransactionAsync(Cancellation))
        {
            waiting = [SaveAsync(first, "first"), SaveAsync(second, "second"), SaveAsync(run, "run")];
            await transaction.CommitAsync(Cancellation);
        }
        await Task.WhenAll(waiting);
        Assert.Equal(["first", "run", "second"], order); // the first of the line stood at the door before it

        async Task SaveAsync(AgentsContext db, string name)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Cancellation);
            order.Add(name);
            await Setting(db, name).SaveChangesAsync(Cancellation);
            await transaction.CommitAsync(Cancellation);
        }
    }

    [Fact]
    public async Task A_transaction_that_is_given_up_or_fails_ends_its_turn()
    {
        await using var rig = await AgentsRig.StartAsync();
        await using AgentsContext first = rig.OpenDatabase(), second = rig.OpenDatabase();
        await using (await first.Database.BeginTransactionAsync(Cancellation))
            await Setting(first, "a").SaveChangesAsync(Cancellation);
        await Setting(second, "b").SaveChangesAsync(Cancellation);
        await using AgentsContext same = rig.OpenDatabase();
        await Assert.ThrowsAsync<Microsoft.EntityFrameworkCore.DbUpdateException>(() => Setting(same, "b").SaveChangesAsync(Cancellation));
        await using AgentsContext next = rig.OpenDatabase();
        await Setting(next, "c").SaveChangesAsync(Cancellation);
        Assert.Equal(["b", "c"], next.Settings.Select(setting => setting.Name).Order());
    }

    private static AgentsContext Setting(AgentsContext db, string name)
    {
        db.Add(new SettingRow { Name = name, Value = "" });
        return db;
    }
}
