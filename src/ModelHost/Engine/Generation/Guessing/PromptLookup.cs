namespace Platform.ModelHost.Engine.Generation.Guessing;

/// <summary>Guesses what followed the last time that the end of an answer stood in the prompt or the answer.</summary>
internal sealed class PromptLookup : IGuesser
{
    private const int LongestMatch = 4, ShortestMatch = 2;

    public int Guess(ReadOnlySpan<int> text, Span<int> guess)
    {
        for (var match = Math.Min(LongestMatch, text.Length - 1); match >= ShortestMatch; match--)
        {
            var at = text[..^1].LastIndexOf(text[^match..]);
            if (at < 0) { continue; }
            var followed = text[(at + match)..];
            followed = followed[..Math.Min(followed.Length, guess.Length)];
            followed.CopyTo(guess);
            return followed.Length;
        }
        return 0;
    }

    public void Dispose()
    {
        // Holds nothing.
    }
}
