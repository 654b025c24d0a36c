namespace Platform.Retrieval.Reading;

/// <summary>Reads one format. The file is untrusted: every reader has limits, and throws Ingest.IngestException with a clear cause.</summary>
public interface IDocumentReader
{
    /// <summary>The media type it reads, for example application/pdf.</summary>
    string MediaType { get; }

    /// <summary>Reads the file; progress reports (pages done, pages total) where the format has pages.</summary>
    Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation);
}
