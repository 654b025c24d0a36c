namespace Platform.Agents.Answering;

/// <summary>Measures the parts of one answer.</summary>
internal sealed class AnswerClock(TimeProvider time)
{
    private readonly long start = time.GetTimestamp();
    private double? search, first;

    public double SearchMs => search ?? 0;

    public void Searched() => search = Elapsed();

    /// <summary>The first text of the answer; later calls change nothing.</summary>
    public void Wrote() => first ??= Elapsed();

    public AnswerTimings Stop() => new(SearchMs, first ?? Elapsed(), Elapsed());

    private double Elapsed() => time.GetElapsedTime(start).TotalMilliseconds;
}
