namespace Platform.ModelHost.Engine.Generation.Guessing;

/// <summary>Guesses what comes next in one answer, so that several of its tokens can run in one batch. A wrong guess costs time and changes nothing. The loop's thread only.</summary>
internal interface IGuesser : IDisposable
{
    /// <param name="text">Prompt and answer so far; at least one token.</param>
    /// <param name="guess">Takes the guesses, as many as there is room for.</param>
    /// <returns>How many there are; 0 for none.</returns>
    int Guess(ReadOnlySpan<int> text, Span<int> guess);
}
