using Platform.Retrieval.Reading;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Documents;

/// <summary>The bytes, text and page images of a stored document.</summary>
internal sealed class DocumentContents(ContentStore contents, ParsedTexts texts, PageImages pages)
{
    private const string Pdf = "application/pdf";

    public Stream Open(DocumentRow document)
    {
        string path = contents.PathOf(document.Sha256);
        return File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024, useAsync: true) : throw new NotFoundException($"The file of document {document.Id}");
    }

    public Task<ParsedDocument> ReadTextAsync(DocumentRow document, CancellationToken cancellation) =>
        texts.ReadAsync(document.Sha256, document.MediaType, null, cancellation);

    public async Task<byte[]> RenderPageAsync(DocumentRow document, int page, CancellationToken cancellation)
    {
        if (document.MediaType != Pdf || page < 1 || page > Math.Max(document.Pages, 1))
        {
            throw new NotFoundException($"Page {page} of document {document.Id}");
        }

        return await pages.GetAsync(contents.PathOf(document.Sha256), page, texts.CachePath(document.Sha256, $"{PageCache.Folder}/{page}.png"), cancellation);
    }
}
