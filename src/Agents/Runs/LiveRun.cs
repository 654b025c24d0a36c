using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Platform.Agents.Answering;
using Platform.Agents.Acting;

namespace Platform.Agents.Runs;

/// <summary>A run of this process: its numbered events so far. Each follower reads the list at its own pace, so that none can slow the run or miss an event.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A person may stop a run at the moment it ends; a source without timer needs no disposal.")]
internal sealed class LiveRun(Guid id, Guid assistantMessageId, AnswerQuestion question, TimeProvider time, AgentTask? task = null, IReadOnlyList<RunEvent>? earlier = null)
{
    /// <summary>The status of a run that was asked to stop and has not ended.</summary>
    public const string Cancelling = "cancelling";

    private readonly Lock gate = new();
    private readonly List<RunEvent> events = [.. earlier ?? []];
    private readonly CancellationTokenSource cancelling = new();
    private readonly TaskCompletionSource stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int storedCount = earlier?.Count ?? 0, urgentCount;
    private bool ended, lost;

    public Guid Id => id;
    public Guid AssistantMessageId => assistantMessageId;

    /// <summary>With the rights that the run has.</summary>
    public AnswerQuestion Question { get; private set; } = question;

    /// <summary>What an agent was asked to do; null where the question is answered without one.</summary>
    public AgentTask? Agent => task;

    /// <summary>Events of before it was taken up again: they are stored.</summary>
    public int Earlier => earlier?.Count ?? 0;

    /// <summary>What the assistant's message holds so far; written by the run only, under the same lock as the events.</summary>
    public RunProgress Progress { get; } = RunProgress.Of(earlier ?? []);

    /// <summary>Cancelled when a person stopped the run.</summary>
    public CancellationToken Stopped => cancelling.Token;

    /// <summary>Done when the last event of this process is in the database.</summary>
    public Task Stored => stored.Task;

    /// <summary>Takes the rights of an administrator from it; before it is executed.</summary>
    public void Demote() => Question = Question with { Caller = Question.Caller with { IsAdministrator = false } };

    /// <summary>Stops it, and tells its followers at once that it is about to end.</summary>
    public void Stop()
    {
        TaskCompletionSource? wake = null;
        lock (gate)
        {
            if (!ended && !lost && !cancelling.IsCancellationRequested)
            {
                Append("run.status", new RunStatusData(Cancelling, 0));
                wake = Woken();
            }
        }
        wake?.SetResult();
        cancelling.Cancel();
    }

    public void MarkStored() => stored.TrySetResult();

    /// <summary>Adds the next event, and what it changes in the message. Events after the last are refused.</summary>
    public RunEvent Add<T>(string name, T data, Action<RunProgress>? change = null, bool last = false)
    {
        RunEvent added;
        TaskCompletionSource wake;
        lock (gate)
        {
            if (ended)
                throw new InvalidOperationException($"Event {name} came after the last event of run {id}. This is a bug.");
            change?.Invoke(Progress);
            added = Append(name, data);
            ended = last;
            wake = Woken();
        }
        wake.SetResult();
        return added;
    }

    /// <summary>Whether it is another process's by now, or was taken up again.</summary>
    public bool IsLost => Exclusively(_ => lost);

    /// <summary>Whether this process's part is over.</summary>
    public bool IsEnded => Exclusively(_ => ended);

    /// <summary>Looks at the events and adds some, with nothing in between.</summary>
    public T Exclusively<T>(Func<IReadOnlyList<RunEvent>, T> act)
    {
        lock (gate)
            return act(events);
    }

    /// <summary>Ends this process's part without an event: the run goes on in the next start.</summary>
    public void Leave() => Change(() => ended = true);

    /// <summary>How many events are in the database, as far as this process knows.</summary>
    public int StoredCount => Exclusively(_ => storedCount);

    /// <summary>So many events are in the database.</summary>
    public void MarkStored(int count) => Change(() => storedCount = count);

    /// <summary>The run is another process's by now, or deleted: nothing more of it is stored.</summary>
    public void Lose()
    {
        Change(() => lost = true);
        cancelling.Cancel();
    }

    /// <summary>Returns when all events so far are in the database, which is hurried. OperationCanceledException where the run is no longer this process's.</summary>
    public async Task UntilStoredAsync(CancellationToken cancellation)
    {
        var wanted = 0;
        Change(() => wanted = urgentCount = events.Count);
        await UntilAsync(() => lost || storedCount >= wanted, cancellation);
        lock (gate)
        {
            if (storedCount < wanted)
                throw new OperationCanceledException($"Run {id} is no longer this process's.");
        }
    }

    /// <summary>Returns when the events up to a number are in the database, which is hurried, or the run is no longer this process's.</summary>
    public Task UntilStoredAsync(int seq, CancellationToken cancellation)
    {
        Change(() => urgentCount = Math.Max(urgentCount, seq));
        return UntilAsync(() => lost || storedCount >= seq, cancellation);
    }

    /// <summary>The events from an index on with the message as of the last of them, and whether that is the end.</summary>
    public (IReadOnlyList<RunEvent> Events, RunProgress Progress, bool Ended) Since(int index)
    {
        lock (gate)
            return (events[Math.Min(index, events.Count)..], Progress.Copy(), ended);
    }

    /// <summary>Waits until there are that many events, or the last.</summary>
    public Task UntilAsync(int count, CancellationToken cancellation) => UntilAsync(() => ended || events.Count >= count, cancellation);

    /// <summary>Waits until there are that many events, or the last, or some that somebody waits for to be stored; no longer than <paramref name="most"/>.</summary>
    public async Task UntilWorthStoringAsync(int stored, int count, TimeSpan most)
    {
        using CancellationTokenSource patience = new(most, time);
        await IsSoAsync(() => ended || events.Count >= count || urgentCount > stored, patience.Token);
    }

    private async Task UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        if (!await IsSoAsync(condition, cancellation))
            cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for what is looked at under the lock; false where that was given up first. Nothing is thrown: each run that waits gives up four times a second.</summary>
    private async Task<bool> IsSoAsync(Func<bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (condition())
                    return true;
                next = changed.Task;
            }
            if (cancellation.IsCancellationRequested)
                return false;
            await next.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Events after a number, as they come, to the last. A number that no event has yet stands for the newest one; in a run that has ended the last is told again, so that every reader learns the end. The last is told when it is stored, so that who reads the conversation then finds the whole answer; with a disk that takes nothing, after five seconds. Of a run that is another process's by then the end is told there.</summary>
    public async IAsyncEnumerable<RunEvent> FollowAsync(int afterSeq, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var seen = FirstUnseen(afterSeq); ;)
        {
            cancellation.ThrowIfCancellationRequested();
            await UntilAsync(seen + 1, cancellation);
            IReadOnlyList<RunEvent> next;
            bool end;
            lock (gate)
                (next, end) = (events[seen..], ended);
            for (var i = 0; i < next.Count; i++)
            {
                if (end && i + 1 == next.Count)
                {
                    await Stored.WaitAsync(TimeSpan.FromSeconds(5), time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    if (IsLost)
                        yield break;
                }
                cancellation.ThrowIfCancellationRequested();
                yield return next[i];
            }
            seen += next.Count;
            if (end)
                yield break;
        }
    }

    private RunEvent Append<T>(string name, T data)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()); // as it will be read from the database
        RunEvent added = new(id, events.Count + 1, now, name, RunJson.Write(data));
        events.Add(added);
        Progress.Happened(added);
        return added;
    }

    private void Change(Action change)
    {
        TaskCompletionSource wake;
        lock (gate)
        {
            change();
            wake = Woken();
        }
        wake.SetResult();
    }

    private TaskCompletionSource Woken()
    {
        var wake = changed;
        changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return wake;
    }

    private int FirstUnseen(int afterSeq)
    {
        lock (gate)
            return afterSeq <= events.Count ? Math.Max(0, afterSeq) : ended ? events.Count - 1 : events.Count;
    }
}
