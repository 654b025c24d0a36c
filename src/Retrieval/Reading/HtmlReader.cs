using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading;

/// <summary>Reads HTML as a person sees it: nothing is fetched, nothing runs, and what is hidden (comments, hidden elements, scripts) is left out.</summary>
internal sealed class HtmlReader : IDocumentReader
{
    public string MediaType => "text/html";

    public async Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        var content = await TextFile.ReadAsync(path, cancellation);
        CheckNesting(content);
        // The parser itself looks at no token.
        var parser = new HtmlParser(new HtmlParserOptions { OnCreated = (_, _) => cancellation.ThrowIfCancellationRequested() });
        using var page = await parser.ParseDocumentAsync(content, cancellation);
        var document = new DocumentText();
        new HtmlBlocks(document, cancellation).Write(page.Body ?? (INode)page);
        return document.Build(MediaType, page.Title, "The page shows no text; it may be made by a script that does not run here.");
    }

    /// <summary>The visible text of a fragment, in one line.</summary>
    public static string TextOf(string fragment)
    {
        CheckNesting(fragment);
        using var page = new HtmlParser().ParseDocument(fragment);
        var document = new DocumentText();
        new HtmlBlocks(document, CancellationToken.None).Write(page.Body ?? (INode)page);
        return document.Blocks == 0 ? "" : document.Build("text/html", null).Text;
    }

    /// <summary>Counted before the parser sees it, which would take time in the square of the depth: open tags not closed yet, void elements and paragraphs apart.</summary>
    private static void CheckNesting(string content)
    {
        int depth = 0, deepest = 0;
        for (var at = content.IndexOf('<', StringComparison.Ordinal); at >= 0 && at + 1 < content.Length; at = content.IndexOf('<', at + 1))
        {
            if (content[at + 1] == '/') depth = Math.Max(0, depth - 1);
            else if (char.IsAsciiLetter(content[at + 1]) && !ClosesItself(content, at + 1)) deepest = Math.Max(deepest, ++depth);
        }
        if (deepest <= ReaderLimits.Depth * 8) return;
        throw new IngestException(IngestError.Bomb, $"The page opens {deepest:N0} elements inside one another; the limit is {ReaderLimits.Depth * 8:N0}. It is broken, or made to exhaust the reader.");
    }

    private static bool ClosesItself(string content, int at)
    {
        var end = at;
        while (end < content.Length && end - at < 10 && char.IsAsciiLetterOrDigit(content[end])) end++;
        return content.AsSpan(at, end - at).ToString().ToLowerInvariant() is
            "area" or "base" or "br" or "col" or "embed" or "hr" or "img" or "input" or "link" or "meta" or "source" or "track" or "wbr" or "param"
            or "p" or "li" or "td" or "th" or "tr" or "dt" or "dd" or "option" or "tbody" or "thead" or "tfoot" or "colgroup" or "rt" or "rp";
    }
}
