namespace Platform.Agents.Runs.Tracing;

/// <summary>Time as a run worked: waits for a person, which may take a day, take none of it, nor does the time in which the program was off.</summary>
public sealed class WorkClock
{
    private readonly List<(DateTimeOffset From, DateTimeOffset? Until)> waits = [];

    /// <summary>When the run began; null before its first event.</summary>
    public DateTimeOffset? BeganAt { get; private set; }

    /// <summary>Whether it waits for a person now.</summary>
    public bool IsWaiting => waits is [.., { Until: null }];

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

    internal void Restart(DateTimeOffset at)
    {
        BeganAt = at;
        waits.Clear();
    }

    internal void Begin(DateTimeOffset at) => BeganAt ??= at;

    internal void Wait(DateTimeOffset at)
    {
        if (!IsWaiting)
            waits.Add((at, null));
    }

    /// <summary>Nobody worked on it between its last event and this.</summary>
    internal void Gap(DateTimeOffset from, DateTimeOffset until)
    {
        if (!IsWaiting && until > from)
            waits.Add((from, until));
    }

    internal void GoOn(DateTimeOffset at)
    {
        if (IsWaiting)
            waits[^1] = (waits[^1].From, at);
    }
}
