using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Answering.Citing;

/// <summary>Finds where citations stand on the pages of their documents, each of which is read once. One for each answer.</summary>
/// <param name="isExtra">Whether the answer is whole, so that a document that cannot be read, or not in time, costs it the place alone.</param>
internal sealed class CitationPlaces(IEvidence evidence, Caller caller, bool isExtra = false)
{
    private readonly Dictionary<Guid, ParsedDocument?> documents = [];

    /// <summary>The citation with the page that its span begins on, and its rectangles. A document that was replaced since no longer has these words at this place: then the page stays as it was known, without rectangles.</summary>
    public async Task<Citation> PlaceAsync(Citation citation, CancellationToken cancellation)
    {
        var document = await ReadAsync(citation.DocumentId, cancellation);
        var same = document is not null && citation.End <= document.Text.Length && document.Text.AsSpan(citation.Start, citation.End - citation.Start).SequenceEqual(citation.Quote);
        return same
            ? citation with { Page = document!.Pages.LastOrDefault(page => page.Start <= citation.Start)?.Number ?? citation.Page, Rectangles = LineRectangles.Of(document, citation.Start, citation.End) }
            : citation with { Rectangles = [] };
    }

    private async Task<ParsedDocument?> ReadAsync(Guid documentId, CancellationToken cancellation)
    {
        if (documents.TryGetValue(documentId, out var document))
            return document;
        try
        {
            document = await evidence.ReadAsync(caller, documentId, cancellation).WaitAsync(cancellation);
        }
        catch (Exception failure) when (isExtra || failure is NotFoundException or IngestException or IOException)
        {
            document = null; // deleted since the search, or its file cannot be read; the passage still says what it said
        }
        documents[documentId] = document;
        return document;
    }
}
