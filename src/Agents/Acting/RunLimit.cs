using Platform.Agents.Definitions;

namespace Platform.Agents.Acting;

/// <summary>What a run may still take. What was taken before a restart counts.</summary>
internal sealed class RunLimit(RunLimits limits, AgentPast past, TimeProvider time)
{
    private const double LeastLastAnswer = 3; // seconds
    private const int LeastAnswerTokens = 64;
    private static readonly TimeSpan MostLastAnswer = TimeSpan.FromSeconds(60);

    private readonly long start = time.GetTimestamp();
    private readonly TimeSpan before = past.Worked;
    private int firstPrompt;
    private bool mayAct;
    private Func<(int Tokens, int Calls)> held = static () => (0, 0);

    /// <summary>Time of work that is left; at least a millisecond.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = TimeSpan.FromSeconds(limits.Seconds) - before - time.GetElapsedTime(start);
            return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
        }
    }

    /// <summary>Time to look up what the run works with: what is left, at least three seconds, so that one that is taken up at its limit still answers from what it knows.</summary>
    public TimeSpan Opening => Left < TimeSpan.FromSeconds(LeastLastAnswer) ? TimeSpan.FromSeconds(LeastLastAnswer) : Left;

    /// <summary>Time for the answer that a limit forces: what is left, and a quarter of the whole beyond it, at least three seconds, at most a minute.</summary>
    public TimeSpan LastAnswer
    {
        get
        {
            var most = Left + TimeSpan.FromSeconds(Math.Max(LeastLastAnswer, limits.Seconds / 4.0));
            return most < MostLastAnswer ? most : MostLastAnswer;
        }
    }

    /// <summary>Calls of tools that may yet be made, but for those that agents at work may make.</summary>
    public int CallsLeft => Math.Max(0, limits.ToolCalls - past.CallsMade - held().Calls);

    /// <summary>Tokens that may yet be taken, but for those that agents at work may take.</summary>
    public int TokensLeft => Math.Max(0, limits.Tokens - past.Tokens - past.TokensOfOthers - held().Tokens);

    /// <summary>Whether agents at work may make calls, of which some may be left when they have ended.</summary>
    public bool HoldsCalls => held().Calls > 0;

    /// <summary>Tokens of the next prompt, about.</summary>
    public int NextPrompt => Math.Max(firstPrompt, past.NextPromptTokens);

    /// <summary>Tokens for an answer's text once its prompt is read.</summary>
    public int TokensToWrite => TokensLeft - NextPrompt;

    /// <summary>Whether what is left is enough for an answer. Where it is not, the model is not asked: a prompt that is known to be too large is not sent.</summary>
    public bool HasRoomForAnswer => TokensToWrite >= LeastAnswerTokens;

    /// <summary>Tokens that each of so many questions asked at once may write, where another question follows them for certain, or may, as after a call: what that one takes at the least is left; at least 1.</summary>
    public int ToWriteBefore(int atOnce = 1) => Math.Max(1, (TokensForOthers / atOnce) - NextPrompt);

    /// <summary>What agents that are asked may take: what is left, but for this one's own answer.</summary>
    public int TokensForOthers => Math.Max(0, TokensToWrite - LeastAnswerTokens);

    /// <summary>So many decisions that tokens are left for, beside the answer after them; any number where no prompt is known yet.</summary>
    public int Decisions => (mayAct ? TokensForOthers : TokensLeft) / (NextPrompt + LeastAnswerTokens);

    /// <summary>The limit that is reached, that of calls once one more is wanted; null when there is room for a further decision, and for the answer after it where the agent acts.</summary>
    public StopReason? Reached =>
        past.Steps >= limits.Steps ? StopReason.MaxSteps : past.IsOutOfCalls ? StopReason.MaxToolCalls : Decisions == 0 ? StopReason.MaxTokens : Left <= TimeSpan.FromMilliseconds(1) ? StopReason.Timeout : null;

    /// <summary>The fewest tokens with which <see cref="Reached"/> leaves room for a decision after a first prompt of so many.</summary>
    public static int LeastFor(int prompt, bool acts) => (acts ? 2 : 1) * (prompt + LeastAnswerTokens);

    /// <summary>Sets who tells what agents that were asked, and have not answered, may take together.</summary>
    public void Hold(Func<(int Tokens, int Calls)> byOthers) => held = byOthers;

    /// <summary>Sets what is known before anything is sent.</summary>
    /// <param name="prompt">Tokens of the first prompt.</param>
    /// <param name="acts">Whether decisions may call tools, or make a plan, so that others follow.</param>
    public void Expect(int prompt, bool acts) => (firstPrompt, mayAct) = (prompt, acts);
}
