namespace Platform.ModelHost.Engine.Generation;

/// <summary>How many answers each of those who share the slots has running, and how many wait before the next while the waiting are counted. Under the queue's lock.</summary>
internal sealed class Shares
{
    private const int MostRemembered = 4_096;

    private readonly Dictionary<string, int> running = new(StringComparer.Ordinal), ahead = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> began = new(StringComparer.Ordinal);
    private long turns;

    internal void Begin(string owner)
    {
        running[owner] = running.GetValueOrDefault(owner) + 1;
        if (began.Count >= MostRemembered) { began.Clear(); }
        began[owner] = ++turns;
    }

    /// <summary>When the last answer of an owner began, in turns; 0 for none that is remembered.</summary>
    internal long LastTurn(string owner) => began.GetValueOrDefault(owner);

    internal void End(string owner)
    {
        if (running[owner] == 1) { running.Remove(owner); } else { running[owner]--; }
    }

    /// <summary>Counts the waiting anew.</summary>
    internal void ForgetAhead() => ahead.Clear();

    /// <summary>Counts one that waits.</summary>
    /// <returns>How many of the same owner run or were counted before it.</returns>
    internal int Next(string owner)
    {
        var before = ahead.GetValueOrDefault(owner);
        ahead[owner] = before + 1;
        return before + running.GetValueOrDefault(owner);
    }
}
