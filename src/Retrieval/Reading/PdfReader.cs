using System.Diagnostics;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading.Pdf;

namespace Platform.Retrieval.Reading;

/// <summary>Reads PDF through poppler's `pdfinfo` and `pdftotext` as limited child processes. Page numbers and repeated headers and footers are left out of the text.</summary>
internal sealed class PdfReader(RetrievalOptions options) : IDocumentReader
{
    public string MediaType => "application/pdf";

    public async Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var info = await PdfInfo.ReadAsync(path, options.ReadTimeout, cancellation);
        if (info.Pages > options.MaxPages)
        {
            throw new IngestException(IngestError.TooManyPages, $"The PDF has {info.Pages:N0} pages; the limit is {options.MaxPages:N0}. Split it, or raise Retrieval:MaxPages.");
        }
        var left = options.ReadTimeout - Stopwatch.GetElapsedTime(started);
        var pages = await PagesAsync(path, info.Pages, left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), progress, cancellation);
        return await Task.Run(() => Document(pages, info.Title, cancellation), cancellation);
    }

    private static async Task<List<PdfPage>> PagesAsync(string path, int count, TimeSpan limit, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        var pages = new List<PdfPage>();
        string[] arguments = ["-bbox-layout", "-enc", "UTF-8", "-l", count.ToString(System.Globalization.CultureInfo.InvariantCulture), Path.GetFullPath(path), "-"];
        var run = await LimitedProcess.RunAsync("pdftotext", arguments, limit, ReaderLimits.PdfOutputBytes, async (output, stop) =>
        {
            await foreach (var page in PdfLayoutParser.ReadAsync(output, stop))
            {
                pages.Add(page);
                progress?.Report((Math.Min(pages.Count, count), count));
            }
        }, cancellation);
        return run.ExitCode == 0 && pages.Count > 0 ? pages : throw PdfInfo.Broken(run);
    }

    private ParsedDocument Document(List<PdfPage> pages, string? title, CancellationToken cancellation)
    {
        PdfMargins.Remove(pages);
        var blocks = new PdfBlocks(pages);
        var document = new DocumentText();
        var text = new PdfText(document);
        foreach (var page in pages)
        {
            cancellation.ThrowIfCancellationRequested();
            text.Write(page, blocks.Of(page));
        }
        return document.Build(MediaType, title, $"There is no text on the {pages.Count:N0} pages of this PDF. It may be a scan: make it searchable with a text recognition program and upload it again.");
    }
}
