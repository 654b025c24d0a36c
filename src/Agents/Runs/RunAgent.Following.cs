using System.Runtime.CompilerServices;
using Platform.Agents.Acting;
using Platform.Retrieval.Access;

namespace Platform.Agents.Runs;

/// <summary>What is told of a run, to whom and how long.</summary>
public sealed partial class RunAgent
{
    /// <summary>Stored events after a number, then live ones until the last. Works while it runs, after it ended, and after a restart. Ending the enumeration does not touch the run. A reader that has seen more than was stored before a crash is given the last event, so that it too learns the end.</summary>
    public async IAsyncEnumerable<RunEvent> FollowAsync(Caller caller, Guid runId, int afterSeq, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            await foreach (var item in EventsAsync(caller, runId, afterSeq, cancellation))
                yield return item;
        }
        finally
        {
            host.Tell(runId); // others that wait for it look again, and nothing of who left stays
        }
    }

    /// <summary>All events until the run has ended, or waits for a person; a wait that is over is passed.</summary>
    public async IAsyncEnumerable<RunEvent> UntilAnswerAsync(Caller caller, Guid runId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var happened in FollowAsync(caller, runId, 0, cancellation))
        {
            yield return happened;
            if (happened.Name == "run.status" && happened.Read<RunStatusData>().Status == AgentJournal.Waiting && await store.IsWaitingSinceAsync(runId, happened.Seq, cancellation))
                yield break;
        }
    }

    private async IAsyncEnumerable<RunEvent> EventsAsync(Caller caller, Guid runId, int afterSeq, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Task? told = null;
        for (var seen = Math.Max(0, afterSeq); ;)
        {
            // In this order: a run that leaves memory between the two steps is wholly stored by then.
            var live = host.Find(runId);
            var row = await RowAsync(caller, runId, cancellation);
            if (live is not null)
            {
                RunEvent? newest = null;
                await foreach (var item in live.FollowAsync(seen, cancellation))
                {
                    if (item.Name == "approval.requested")
                        await live.UntilStoredAsync(item.Seq, cancellation); // who sees it may decide at once, on what is stored
                    yield return newest = item;
                }
                if (newest is { Name: "done" or "error" } || host.IsStopping || (live.Agent is null && !live.IsLost))
                    yield break;
                seen = live.IsLost ? Math.Min(live.StoredCount, newest?.Seq ?? seen) : newest?.Seq ?? seen; // it waits for a person, and goes on after; or elsewhere, from what was stored
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellation);
                continue;
            }
            if (row.EndedAt is not null && await store.LastSeqAsync(runId, cancellation) is var last && seen > last)
                seen = last - 1;
            var events = await store.EventsAsync(runId, seen, cancellation);
            foreach (var item in events)
                yield return item;
            if (events.Count > 0)
                seen = events[^1].Seq;
            else if (row.EndedAt is not null)
                yield break;
            else if (row.Status == RunStatus.RequiresAction && told is null or { IsCompleted: true })
                told = host.NextOf(runId); // and once more: what came before this is seen now
            else if (row.Status == RunStatus.RequiresAction)
                await UntilAsync(told!, WaitingPause, cancellation); // a person takes their time; what another process did is seen by and by
            else
                await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellation); // stored a moment ago, and about to be in memory
        }
    }

    private async Task UntilAsync(Task told, TimeSpan most, CancellationToken cancellation)
    {
        await told.WaitAsync(most, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }
}
