namespace Platform.ModelHost.Engine.Generation.Guessing;

/// <summary>Lets a draft model guess for one answer.</summary>
internal sealed class DraftGuesser(DraftContext draft) : IGuesser
{
    public int Guess(ReadOnlySpan<int> text, Span<int> guess) => draft.Guess(this, text, guess);

    public void Dispose() => draft.Leave(this);
}
