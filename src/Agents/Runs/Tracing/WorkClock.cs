using Platform.Agents.Acting;

namespace Platform.Agents.Runs.Tracing;

/// <summary>Time as a run worked, told by its events: waits for its turn, and for a person, which may take a day, take none of it, nor does the time in which the program was off, or another run what was taken over from it.</summary>
public sealed class WorkClock
{
    private readonly List<(DateTimeOffset From, DateTimeOffset? Until)> waits = [];
    private TimeSpan waited;
    private DateTimeOffset? asked; // since when a person is waited for
    private DateTimeOffset last;
    private DateTimeOffset? beforeFailed;
    private bool isBegun; // a process is at it: the queue that is then told of is the model's, and part of the work

    /// <summary>When the run began; null before its first event.</summary>
    public DateTimeOffset? BeganAt { get; private set; }

    /// <summary>Whether it waits for a person now.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>How long persons were waited for, each time until one decided, or the time to was up.</summary>
    public TimeSpan Waited => waited + (asked is { } since ? last - since : TimeSpan.Zero);

    private bool IsIdle => waits is [.., { Until: null }];

    /// <summary>Up to the last event.</summary>
    public TimeSpan Worked => At(last);

    /// <summary>Time from the run's begin to a moment of it, without waits. Never negative.</summary>
    public TimeSpan At(DateTimeOffset moment)
    {
        if (BeganAt is not { } began || moment <= began)
            return TimeSpan.Zero;
        var left = moment - began;
        foreach (var (from, until) in waits.Where(wait => wait.From < moment))
            left -= (until is { } end && end < moment ? end : moment) - from;
        return left;
    }

    /// <summary>Takes the next event in.</summary>
    internal void Take(RunEvent happened)
    {
        var at = happened.At;
        BeganAt ??= at;
        if (happened.Name == "run.forked")
        {
            (BeganAt, IsWaiting, isBegun) = (at, false, false);
            (waited, asked) = (TimeSpan.Zero, null);
            waits.Clear();
        }
        else if (happened.Name == "run.status")
        {
            Go(happened.Read<RunStatusData>().Status, at);
        }
        else if (happened.Name == "error" && beforeFailed is { } from && happened.Read<ErrorData>().Kind == RunErrorKind.Interrupted)
        {
            waits.Add((from, at)); // its process was gone long before another said so
        }
        last = at;
    }

    private void Go(string status, DateTimeOffset at)
    {
        if (status == "failed")
            beforeFailed = IsIdle ? null : last; // what it waited is taken off already
        if (status == AgentJournal.Resumed && !IsIdle && at > last)
            waits.Add((last, at)); // nobody worked on it since its last event
        IsWaiting = status == AgentJournal.Waiting;
        if (IsWaiting)
            asked ??= at;
        else if (asked is { } since)
            (waited, asked) = (waited + (at - since), null);
        var idles = IsWaiting || (status == AgentJournal.Queued && !isBegun);
        if (status != AgentJournal.Queued)
            isBegun = !IsWaiting && status != AgentJournal.Resumed;
        if (idles && !IsIdle)
            waits.Add((at, null));
        else if (!idles && IsIdle)
            waits[^1] = (waits[^1].From, at);
    }
}
