using Platform.ModelHost.Client;
using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Chunking;

/// <summary>Cuts a document into passages along its structure, never across a top heading, counted in the embedding model's tokens.</summary>
public sealed class SectionChunker(ITokenCounter tokens)
{
    /// <summary>Streams the passages in document order.</summary>
    public IAsyncEnumerable<Passage> ChunkAsync(ParsedDocument document, Guid baseId, Guid documentId, int version, ChunkingOptions options, CancellationToken cancellation) => throw new NotImplementedException(tokens.ToString());
}

/// <summary>Sizes in tokens of the embedding model.</summary>
public sealed record ChunkingOptions(int TargetTokens = 200, int MaxTokens = 320, int OverlapTokens = 0);
