using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Reading;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering;

/// <summary>Where answers come from. What it returns is untrusted text.</summary>
internal interface IEvidence
{
    /// <summary>The bases that the caller may read.</summary>
    Task<IReadOnlyList<KnowledgeBase>> BasesAsync(Caller caller, CancellationToken cancellation);

    Task<SearchResult> SearchAsync(Caller caller, SearchQuery query, CancellationToken cancellation);

    Task<ParsedDocument> ReadAsync(Caller caller, Guid documentId, CancellationToken cancellation);

    /// <summary>The documents of a base, by name.</summary>
    Task<IReadOnlyList<DocumentInfo>> DocumentsAsync(Caller caller, Guid baseId, CancellationToken cancellation);
}

/// <summary>The knowledge bases of this installation.</summary>
internal sealed class KnowledgeEvidence(KnowledgeBases bases, SearchPassages search, DocumentLibrary documents) : IEvidence
{
    public Task<IReadOnlyList<KnowledgeBase>> BasesAsync(Caller caller, CancellationToken cancellation) => bases.ListAsync(caller, cancellation);

    public Task<SearchResult> SearchAsync(Caller caller, SearchQuery query, CancellationToken cancellation) => search.SearchAsync(caller, query, cancellation);

    public Task<ParsedDocument> ReadAsync(Caller caller, Guid documentId, CancellationToken cancellation) => documents.ReadTextAsync(caller, documentId, cancellation);

    public Task<IReadOnlyList<DocumentInfo>> DocumentsAsync(Caller caller, Guid baseId, CancellationToken cancellation) => documents.ListAsync(caller, baseId, cancellation);
}
