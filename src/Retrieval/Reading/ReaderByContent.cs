using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading;

/// <summary>Picks the reader for a media type that <see cref="ContentSniffer"/> found.</summary>
public sealed class ReaderByContent(IOptions<RetrievalOptions> options)
{
    private readonly FrozenDictionary<string, IDocumentReader> _readers = new IDocumentReader[]
    {
        new PlainTextReader(), new MarkdownReader(), new HtmlReader(), new CsvReader(), new JsonReader(), new DocxReader(), new XlsxReader(), new PdfReader(options.Value),
    }.ToFrozenDictionary(reader => reader.MediaType, IDocumentReader (reader) => new TimedReader(reader, options.Value.ReadTimeout));

    /// <summary>Throws IngestException (UnsupportedType) when no reader reads the type.</summary>
    public IDocumentReader For(string mediaType) =>
        _readers.TryGetValue(mediaType, out var reader) ? reader
        : throw new IngestException(IngestError.UnsupportedType, $"Files of the type {mediaType} cannot be read. PDF, Word (.docx), Excel (.xlsx), Markdown, HTML, CSV, JSON and plain text can.");
}
