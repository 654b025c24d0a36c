namespace Platform.ModelHost.Engine.Generation.Guessing;

/// <summary>How many tokens to guess at once: more while guesses are right, fewer while they are not, and none for longer and longer while they do not pay.</summary>
internal sealed class GuessPace
{
    /// <summary>Most tokens guessed at once.</summary>
    internal const int Most = 16;

    // A further row costs about half of what a token costs by itself on a processor, and next to nothing on a graphics card.
    private const double LeastShare = 0.5, Memory = 0.7;
    private const int First = 4, Fewest = 2, ShortestRest = 4, LongestRest = 64;

    private int length = First, rest = ShortestRest, resting;
    private double share = 1; // of the guesses that were right, lately

    internal int Drafted { get; private set; }

    internal int Accepted { get; private set; }

    /// <summary>How many to guess in this step; 0 while it rests.</summary>
    internal int Next()
    {
        if (resting == 0) { return length; }
        resting--;
        return 0;
    }

    /// <summary>Takes note of how guesses turned out.</summary>
    internal void Learn(int drafted, int accepted)
    {
        Drafted += drafted;
        Accepted += accepted;
        length = accepted == drafted ? Math.Min(Most, Math.Max(length, drafted) * 2) : Math.Clamp(accepted + 1, Fewest, Most);
        share = Memory * share + (1 - Memory) * accepted / drafted;
        if (share >= LeastShare)
        {
            rest = ShortestRest;
            return;
        }
        resting = rest;
        rest = Math.Min(LongestRest, rest * 2);
    }
}
