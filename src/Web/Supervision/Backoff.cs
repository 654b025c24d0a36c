namespace Platform.Web.Supervision;

/// <summary>How long to wait before the next start: half a second, doubled each time up to 30 s, ten times in a row at most; from the beginning again after a minute of health.</summary>
public sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HealthyEnough = TimeSpan.FromMinutes(1);
    private TimeSpan next = First;
    private int waits;

    /// <summary>Starts in a row after which another one is of no use.</summary>
    public const int Most = 10;

    /// <summary>The wait after a life that was healthy for this long; null when it has been tried often enough.</summary>
    public TimeSpan? After(TimeSpan healthyFor)
    {
        if (healthyFor >= HealthyEnough)
        {
            (next, waits) = (First, 0);
        }

        if (waits++ == Most)
        {
            return null;
        }

        var wait = next;
        next = wait * 2 < Longest ? wait * 2 : Longest;
        return wait;
    }
}
