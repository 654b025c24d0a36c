namespace Platform.ModelHost.Engine.Generation.Live;

/// <summary>How many a second over the last five, or since it began to count if that is less. One thread at a time.</summary>
internal sealed class SpeedMeter(TimeProvider time)
{
    private const int Steps = 20, StepsPerSecond = 4;

    private readonly long step = time.TimestampFrequency / StepsPerSecond;
    private readonly int[] counts = new int[Steps];
    private long began, last; // a moment, and the step that was counted in last
    private int sum;

    internal void Add(int count)
    {
        var now = time.GetTimestamp();
        MoveTo(now);
        if (sum == 0) { began = now; }
        counts[last % Steps] += count;
        sum += count;
    }

    internal double PerSecond()
    {
        var now = time.GetTimestamp();
        MoveTo(now);
        var span = Math.Min(now - began, (Steps - 1) * step + now % step);
        return sum == 0 ? 0 : sum * (double)time.TimestampFrequency / Math.Max(span, step);
    }

    internal void Clear()
    {
        Array.Clear(counts);
        sum = 0;
    }

    private void MoveTo(long now)
    {
        var current = now / step;
        if (current - last >= Steps) { Clear(); }
        for (var passed = Math.Max(last, current - Steps) + 1; passed <= current; passed++)
        {
            sum -= counts[passed % Steps];
            counts[passed % Steps] = 0;
        }
        last = current;
    }
}
