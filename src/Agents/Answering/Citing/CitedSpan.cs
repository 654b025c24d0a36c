namespace Platform.Agents.Answering.Citing;

/// <summary>What of a passage a sentence of an answer rests on, and how it stands to that.</summary>
/// <param name="Span">Whole sentences; the whole passage where none has anything of the sentence.</param>
internal readonly record struct CitedSpan(PassageSpan Span, Verdict Verdict)
{
    /// <param name="claim">The sentence of the answer, without citation marks.</param>
    /// <param name="given">Numbers that it may have from elsewhere.</param>
    public static CitedSpan Of(string claim, string passage, GivenNumbers? given = null)
    {
        var span = CitationResolver.Resolve(claim, passage);
        return new(span, CitationVerifier.Judge(claim, passage[span.Start..span.End], passage, given));
    }
}
