namespace Platform.ModelHost.Engine.Generation;

/// <summary>Cuts an answer at the first stop text and lets nothing out that may still turn into one.</summary>
internal sealed class StopRule(IReadOnlyList<string> stops)
{
    private string held = "";

    /// <summary>The stop text that was met, or null.</summary>
    internal string? Stopped { get; private set; }

    /// <summary>What may be shown now that this text came.</summary>
    internal string Append(string text)
    {
        if (stops.Count == 0) { return text; }
        held += text;
        var first = -1;
        foreach (var stop in stops)
        {
            var at = held.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first)) { (first, Stopped) = (at, stop); }
        }
        if (Stopped is not null) { return Release(first, drop: true); }
        return Release(held.Length - stops.Max(s => SharedEnd(held, s)), drop: false);
    }

    /// <summary>What was held back, once nothing more can come.</summary>
    internal string Finish() => Release(held.Length, drop: true);

    private string Release(int length, bool drop)
    {
        var free = held[..length];
        held = drop ? "" : held[length..];
        return free;
    }

    /// <summary>Length of the longest end of text that begins the stop text.</summary>
    private static int SharedEnd(string text, string stop)
    {
        for (var length = Math.Min(text.Length, stop.Length - 1); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length))) { return length; }
        }
        return 0;
    }
}
