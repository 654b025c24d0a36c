namespace Platform.Retrieval.Chunking;

/// <summary>A piece of a document that search can find. Text is exactly the document's text from Start to End. Untrusted text.</summary>
/// <param name="Id">Made from document id, version and span, so that re-ingesting gives the same ids.</param>
/// <param name="Heading">Headings above it, outermost first, joined by " › "; empty when none.</param>
/// <param name="Page">Page of its first character; <paramref name="PageEnd"/> of its last.</param>
/// <param name="Tokens">Counted by the embedding model.</param>
public sealed record Passage(Guid Id, Guid BaseId, Guid DocumentId, int Ordinal, string Text, string Heading, int Page, int PageEnd, int Start, int End, int Tokens)
{
    /// <summary>The version of the document that it is of; 0 when it was indexed before versions were kept.</summary>
    public int Version { get; init; }
}
