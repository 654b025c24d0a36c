using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;

namespace Platform.Retrieval.Reading.Pdf;

/// <summary>Reads what `pdftotext -bbox-layout` prints, page by page. It looks like XML, but control characters in a document can make it none; it is read by its lines, which the tool always keeps.</summary>
internal static class PdfLayoutParser
{
    public static async IAsyncEnumerable<PdfPage> ReadAsync(Stream output, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(output, leaveOpen: true);
        PdfPage? page = null;
        var words = new List<PdfWord>();
        while (await reader.ReadLineAsync(cancellation) is { } raw)
        {
            var line = raw.AsSpan().TrimStart();
            if (line.StartsWith("<word "))
            {
                if (Word(line) is { } word) words.Add(word);
            }
            else if (line.StartsWith("</line>"))
            {
                if (words.Count > 0) page?.Lines.Add(new PdfLine(words));
                words = [];
            }
            else if (line.StartsWith("<page "))
            {
                page = new PdfPage(Number(line, "width=\""), Number(line, "height=\""), []);
            }
            else if (line.StartsWith("</page>") && page is not null)
            {
                yield return Upright(page);
                page = null;
            }
        }
    }

    private static PdfWord? Word(ReadOnlySpan<char> line)
    {
        int start = line.IndexOf('>') + 1, end = line.LastIndexOf("</word>");
        if (start <= 0 || end < start) return null;
        var text = VisibleText.Line(WebUtility.HtmlDecode(line[start..end].ToString()));
        if (text.Length == 0) return null;
        return new PdfWord(text, Number(line, "xMin=\""), Number(line, "yMin=\""), Number(line, "xMax=\""), Number(line, "yMax=\""));
    }

    private static float Number(ReadOnlySpan<char> line, string name)
    {
        var start = line.IndexOf(name);
        if (start < 0) return 0;
        var rest = line[(start + name.Length)..];
        var end = rest.IndexOf('"');
        return end > 0 && float.TryParse(rest[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) ? number : 0;
    }

    /// <summary>The tool gives the size of a turned page as it was before turning, and the words as they are after.</summary>
    private static PdfPage Upright(PdfPage page)
    {
        var isTurned = page.Lines.Count(line => line.Right > page.Width * 1.02f || line.Bottom > page.Height * 1.02f) > page.Lines.Count / 10
            && page.Lines.TrueForAll(line => line.Right <= page.Height * 1.05f && line.Bottom <= page.Width * 1.05f);
        return isTurned ? page with { Width = page.Height, Height = page.Width } : page;
    }
}
