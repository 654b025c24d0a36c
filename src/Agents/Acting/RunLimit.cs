using Platform.Agents.Definitions;

namespace Platform.Agents.Acting;

/// <summary>What a run may still take. What was taken before a restart counts.</summary>
internal sealed class RunLimit(RunLimits limits, AgentPast past, TimeProvider time)
{
    private const double LeastLastAnswer = 3;
    private static readonly TimeSpan MostLastAnswer = TimeSpan.FromSeconds(60);

    private readonly long start = time.GetTimestamp();
    private readonly TimeSpan before = past.Worked;

    /// <summary>Time of work that is left; at least a millisecond.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = TimeSpan.FromSeconds(limits.Seconds) - before - time.GetElapsedTime(start);
            return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
        }
    }

    /// <summary>Time for the answer that a limit forces: what is left, and a quarter of the whole beyond it, at least three seconds, at most a minute.</summary>
    public TimeSpan LastAnswer
    {
        get
        {
            var most = Left + TimeSpan.FromSeconds(Math.Max(LeastLastAnswer, limits.Seconds / 4.0));
            return most < MostLastAnswer ? most : MostLastAnswer;
        }
    }

    public int TokensLeft => Math.Max(0, limits.Tokens - past.Tokens - past.TokensOfOthers);

    /// <summary>The limit that is reached; null when there is room for a further decision.</summary>
    public StopReason? Reached =>
        past.Steps >= limits.Steps ? StopReason.MaxSteps : TokensLeft == 0 ? StopReason.MaxTokens : Left <= TimeSpan.FromMilliseconds(1) ? StopReason.Timeout : null;
}
