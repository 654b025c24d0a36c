namespace Platform.Training.Batches;

/// <summary>Two answers to one prompt. Only the answers' tokens count.</summary>
public sealed record PreferencePair(Example Chosen, Example Rejected)
{
    public string Id => Chosen.Id;

    /// <summary>Tokens of the longer one.</summary>
    internal int Longest => Math.Max(Chosen.Tokens.Length, Rejected.Tokens.Length);
}
