namespace Platform.ModelHost.Engine.Generation;

/// <summary>Guesses the next tokens of an answer from what followed the last time that its end stood in the prompt or the answer. How many it dares follows how many were right.</summary>
internal sealed class PromptLookup
{
    /// <summary>Most tokens guessed at once.</summary>
    internal const int Most = 16;

    private const int LongestMatch = 4, ShortestMatch = 2, First = 4;
    private int length = First;

    internal int Drafted { get; private set; }

    internal int Accepted { get; private set; }

    /// <summary>The tokens that may come next; empty when nothing alike stood before.</summary>
    /// <param name="text">Prompt and answer so far.</param>
    /// <param name="most">Tokens that there is room for.</param>
    internal ReadOnlySpan<int> Guess(ReadOnlySpan<int> text, int most)
    {
        for (var match = Math.Min(LongestMatch, text.Length - 1); match >= ShortestMatch; match--)
        {
            var at = text[..^1].LastIndexOf(text[^match..]);
            if (at < 0) { continue; }
            var guess = text[(at + match)..];
            guess = guess[..Math.Min(guess.Length, Math.Min(length, most))];
            return guess;
        }
        return [];
    }

    /// <summary>Takes note of how a guess turned out.</summary>
    internal void Learn(int drafted, int accepted)
    {
        Drafted += drafted;
        Accepted += accepted;
        length = accepted == drafted ? Math.Min(Most, Math.Max(length, drafted) * 2) : Math.Clamp(accepted + 1, ShortestMatch, Most);
    }
}
