using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Platform.Agents.Answering;

namespace Platform.Agents.Runs;

/// <summary>A run of this process: its numbered events so far. Each follower reads the list at its own pace, so that none can slow the run or miss an event.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A person may stop a run at the moment it ends; a source without timer needs no disposal.")]
internal sealed class LiveRun(Guid id, Guid assistantMessageId, AnswerQuestion question, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly List<RunEvent> events = [];
    private readonly CancellationTokenSource cancelling = new();
    private readonly TaskCompletionSource stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool ended;

    public Guid Id => id;
    public Guid AssistantMessageId => assistantMessageId;
    public AnswerQuestion Question => question;

    /// <summary>What the assistant's message holds so far; written by the run only, under the same lock as the events.</summary>
    public RunProgress Progress { get; } = new();

    /// <summary>Cancelled when a person stopped the run.</summary>
    public CancellationToken Stopped => cancelling.Token;

    /// <summary>Done when the last event is in the database.</summary>
    public Task Stored => stored.Task;

    public void Stop() => cancelling.Cancel();

    public void MarkStored() => stored.TrySetResult();

    /// <summary>Adds the next event, and what it changes in the message. Events after the last are refused.</summary>
    public void Add<T>(string name, T data, Action<RunProgress>? change = null, bool last = false)
    {
        TaskCompletionSource wake;
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()); // as it will be read from the database
        lock (gate)
        {
            if (ended)
                throw new InvalidOperationException($"Event {name} came after the last event of run {id}. This is a bug.");
            change?.Invoke(Progress);
            events.Add(new RunEvent(id, events.Count + 1, now, name, RunJson.Write(data)));
            ended = last;
            wake = changed;
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        wake.SetResult();
    }

    /// <summary>The events from an index on with the message as of the last of them, and whether that is the end.</summary>
    public (IReadOnlyList<RunEvent> Events, RunProgress Progress, bool Ended) Since(int index)
    {
        lock (gate)
            return (events[Math.Min(index, events.Count)..], Progress.Copy(), ended);
    }

    /// <summary>Waits until there are that many events, or the last.</summary>
    public async Task UntilAsync(int count, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (ended || events.Count >= count)
                    return;
                next = changed.Task;
            }
            await next.WaitAsync(cancellation);
        }
    }

    /// <summary>Events after a number, as they come, to the last. A number that no event has yet stands for the newest one; in a run that has ended the last is told again, so that every reader learns the end. The last is told when it is stored, so that who reads the conversation then finds the whole answer; with a disk that takes nothing, after five seconds.</summary>
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
                    await Stored.WaitAsync(TimeSpan.FromSeconds(5), time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
                yield return next[i];
            }
            seen += next.Count;
            if (end)
                yield break;
        }
    }

    private int FirstUnseen(int afterSeq)
    {
        lock (gate)
            return afterSeq <= events.Count ? Math.Max(0, afterSeq) : ended ? events.Count - 1 : events.Count;
    }
}
