using Platform.Retrieval.Access;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Citing;

/// <summary>A span of a passage's text, [Start, End) in the passage.</summary>
internal readonly record struct PassageSpan(int Start, int End);

/// <summary>Numbers citations by first appearance and places them on their pages. One for each answer.</summary>
internal sealed class CitationWriter(IEvidence evidence, Caller caller)
{
    private readonly Dictionary<(Guid Passage, PassageSpan Span, Verdict Verdict), int> numbers = [];
    private readonly CitationPlaces places = new(evidence, caller);

    /// <summary>How many there are.</summary>
    public int Count => numbers.Count;

    /// <summary>The number of a cited span, and the citation when it is a new one. The span's text is copied, so that later changes of the document do not rewrite the answer.</summary>
    public async Task<(int Number, Citation? New)> CiteAsync(SearchHit hit, PassageSpan span, Verdict verdict, int answerStart, int answerEnd, CancellationToken cancellation)
    {
        var passage = hit.Passage;
        if (numbers.TryGetValue((passage.Id, span, verdict), out var known))
            return (known, null);
        var number = numbers.Count + 1;
        numbers.Add((passage.Id, span, verdict), number);

        Citation made = new(
            number, passage.DocumentId, passage.BaseId, hit.DocumentName, hit.MediaType, hit.DocumentVersion, passage.Id, passage.Heading, passage.Page, passage.Start + span.Start, passage.Start + span.End,
            passage.Text[span.Start..span.End], passage.Text, passage.Start, [], hit.Relevance, verdict, answerStart, answerEnd);
        return (number, await places.PlaceAsync(made, cancellation));
    }
}
