using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Citing;

/// <summary>A span of a passage's text, [Start, End) in the passage.</summary>
internal readonly record struct PassageSpan(int Start, int End);

/// <summary>Numbers citations by first appearance and places them on their pages. One for each answer.</summary>
internal sealed class CitationWriter(IEvidence evidence, Caller caller)
{
    private readonly Dictionary<(Guid Passage, PassageSpan Span, Verdict Verdict), int> numbers = [];
    private readonly Dictionary<Guid, ParsedDocument?> documents = [];

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

        var (start, end) = (passage.Start + span.Start, passage.Start + span.End);
        var quote = passage.Text[span.Start..span.End];
        var document = await ReadAsync(passage.DocumentId, cancellation);
        // A document that was replaced since the search no longer has these words at this place: cite without rectangles.
        var same = document is not null && end <= document.Text.Length && document.Text.AsSpan(start, end - start).SequenceEqual(quote);
        var page = same ? document!.Pages.LastOrDefault(p => p.Start <= start)?.Number ?? passage.Page : passage.Page;
        return (number, new Citation(
            number, passage.DocumentId, passage.BaseId, hit.DocumentName, hit.MediaType, hit.DocumentVersion, passage.Id, passage.Heading, page, start, end,
            quote, passage.Text, passage.Start, same ? LineRectangles.Of(document!, start, end) : [], hit.Relevance, verdict, answerStart, answerEnd));
    }

    private async Task<ParsedDocument?> ReadAsync(Guid documentId, CancellationToken cancellation)
    {
        if (documents.TryGetValue(documentId, out var document))
            return document;
        try
        {
            document = await evidence.ReadAsync(caller, documentId, cancellation);
        }
        catch (Exception failure) when (failure is NotFoundException or IngestException or IOException)
        {
            document = null; // deleted since the search, or its file cannot be read; the passage still says what it said
        }
        documents[documentId] = document;
        return document;
    }
}
