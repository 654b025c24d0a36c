namespace Platform.Web.Supervision;

/// <summary>How long to wait before the next start: half a second, doubled each time up to 30 s, from the beginning again after a minute of health.</summary>
public sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HealthyEnough = TimeSpan.FromMinutes(1);
    private TimeSpan next = First;

    /// <summary>The wait after a life that was healthy for this long.</summary>
    public TimeSpan After(TimeSpan healthyFor)
    {
        var wait = healthyFor >= HealthyEnough ? First : next;
        next = wait * 2 < Longest ? wait * 2 : Longest;
        return wait;
    }
}
