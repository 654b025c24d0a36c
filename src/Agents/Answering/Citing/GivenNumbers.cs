namespace Platform.Agents.Answering.Citing;

/// <summary>Numbers that an answer may have from elsewhere than the text that it cites.</summary>
/// <param name="Asked">Those of the question. They excuse nothing by themselves: a sentence that only says a question's number again is refuted by a text without it.</param>
/// <param name="Computed">Those that were calculated from numbers of texts or of the question, or stand in rows of a table.</param>
internal sealed record GivenNumbers(IReadOnlySet<string> Asked, IReadOnlySet<string> Computed)
{
    public static GivenNumbers None { get; } = Of("", []);

    /// <param name="computed">Texts whose numbers count.</param>
    public static GivenNumbers Of(string question, IEnumerable<string> computed) =>
        new(CitedNumbers.Of(question), computed.SelectMany(CitedNumbers.Of).ToHashSet());
}
