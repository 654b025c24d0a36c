using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Platform.Agents.Answering;
using Platform.Agents.Runs;

namespace Platform.Agents.Tests.Storage;

/// <summary>What runs add while a transaction is about to begin is stored by that one: a group commit.</summary>
public abstract partial class SharedDatabaseSuite
{
    [Fact]
    public async Task What_runs_add_until_their_transaction_begins_is_stored_by_it_and_told_after_its_commit()
    {
        await using var at = await AppendsRig.StartAsync(await ConnectionAsync());
        at.Hold();
        var stored = await at.AppendAsync(1000, at.Runs);
        var told = false;
        at.Watch.AfterCommit = () => told |= stored.Any(one => one.IsCompleted);
        at.Let();
        Assert.Equal<IEnumerable<bool>>([true, true, true], await Task.WhenAll(stored));
        Assert.Equal((1, false), (at.Begun, told));
        foreach (var run in at.Runs)
            Assert.Equal([1000, 1001], (await at.Rig.Store.EventsAsync(run, 999, Cancellation)).Select(e => e.Seq));
    }

    [Fact]
    public async Task Of_what_is_stored_together_one_that_is_lost_or_at_fault_fails_alone()
    {
        await using var at = await AppendsRig.StartAsync(await ConnectionAsync());
        await using (var db = at.Rig.OpenDatabase())
            await db.Runs.Where(r => r.Id == at.Runs[1]).ExecuteUpdateAsync(set => set.SetProperty(r => r.Lease, "another's"), Cancellation);
        at.Hold();
        var stored = await at.AppendAsync(1000, at.Runs);
        at.Let();
        Assert.Equal<IEnumerable<bool>>([true, false, true], await Task.WhenAll(stored));
        Assert.Equal(1, at.Begun);
        Assert.Empty(await at.Rig.Store.EventsAsync(at.Runs[1], 999, Cancellation));

        at.Hold();
        stored = [.. await at.AppendAsync(2000, [at.Runs[0]]), .. await at.AppendAsync(2000, [at.Runs[2]], data: null)];
        at.Let();
        Assert.True(await stored[0]);
        await Assert.ThrowsAnyAsync<DbException>(() => stored[1]);
        Assert.Equal(2001, await at.Rig.Store.LastSeqAsync(at.Runs[0], Cancellation));
        Assert.Equal(1001, await at.Rig.Store.LastSeqAsync(at.Runs[2], Cancellation)); // all or nothing
    }

    [Fact]
    public async Task What_waited_for_a_transaction_that_could_not_begin_is_tried_alone()
    {
        await using var at = await AppendsRig.StartAsync(await ConnectionAsync());
        at.Hold();
        var stored = await at.AppendAsync(1000, at.Runs);
        at.Let(new IOException("The connection broke."));
        Assert.Equal<IEnumerable<bool>>([true, true, true], await Task.WhenAll(stored));
        Assert.Equal(4, at.Begun);
    }

    [Fact]
    public async Task A_transaction_takes_sixty_four_runs_and_leaves_the_others_to_the_next()
    {
        await using var at = await AppendsRig.StartAsync(await ConnectionAsync());
        at.Hold();
        var stored = await at.AppendAsync(1000, [.. Enumerable.Range(0, 65).Select(_ => Guid.NewGuid())]);
        at.Let();
        Assert.DoesNotContain(true, await Task.WhenAll(stored)); // no such run is there any more
        Assert.Equal(2, at.Begun);
    }

    /// <summary>Three runs whose model says nothing yet and whose events are stored, so that nothing is added but by the test.</summary>
    private sealed class AppendsRig(AgentsRig rig, Gate gate, DatabaseWatch watch, IReadOnlyList<Guid> runs) : IAsyncDisposable
    {
        private TaskCompletionSource? held;

        public AgentsRig Rig => rig;
        public DatabaseWatch Watch => watch;
        public IReadOnlyList<Guid> Runs => runs;

        /// <summary>Transactions since what was held was let go, and that one.</summary>
        public int Begun { get; private set; }

        public static async Task<AppendsRig> StartAsync(string? connection)
        {
            Gate gate = new();
            DatabaseWatch watch = new();
            var rig = await AgentsRig.StartAsync(gate.Chat("Text."), process: new(connection, Watch: watch));
            List<Guid> runs = [(await rig.AskAsync()).Id, (await rig.AskAsync()).Id, (await rig.AskAsync()).Id];
            await AgentsRig.UntilAsync(() => Task.FromResult(gate.MostAtOnce == runs.Count && runs.TrueForAll(run => rig.Host.Find(run) is { } live && live.StoredCount == live.Since(0).Events.Count)));
            return new(rig, gate, watch, runs);
        }

        /// <summary>Lets the next transaction wait at its beginning.</summary>
        public void Hold()
        {
            held = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Begun = 0;
            watch.BeforeTransaction = () =>
            {
                Begun++;
                return held.Task;
            };
        }

        public void Let(Exception? fault = null)
        {
            if (fault is null)
            {
                held!.SetResult();
                return;
            }
            var begins = held!;
            watch.BeforeTransaction = () =>
            {
                Begun++;
                return Task.CompletedTask;
            };
            begins.SetException(fault);
        }

        /// <summary>Adds two events to each run, to the first once no other waits and to the others while its transaction is held.</summary>
        /// <param name="data">Null for what no table takes.</param>
        public async Task<IReadOnlyList<Task<bool>>> AppendAsync(int seq, IReadOnlyList<Guid> added, string? data = "{}")
        {
            var now = TimeProvider.System.GetUtcNow();
            List<Task<bool>> stored = [];
            foreach (var id in added)
            {
                var live = rig.Host.Find(id) ?? new LiveRun(id, Guid.NewGuid(), new AnswerQuestion(AgentsRig.Anna, "Gone?", [], []), TimeProvider.System);
                stored.Add(rig.Store.AppendAsync(new(live, [new(id, seq, now, "message.delta", "{}"), new(id, seq + 1, now, "message.delta", data!)], live.Progress, Ended: false, TellsMore: false)));
                await AgentsRig.UntilAsync(() => Task.FromResult(Begun == 1));
            }
            return stored;
        }

        public async ValueTask DisposeAsync()
        {
            gate.Let(runs.Count);
            await rig.DisposeAsync();
            gate.Dispose();
        }
    }
}
