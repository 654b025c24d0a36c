namespace Platform.Retrieval.Reading;

/// <summary>Reads plain text: paragraphs are parted by blank lines; lines that were only wrapped are joined; other lines stay lines.</summary>
internal sealed class PlainTextReader : IDocumentReader
{
    private const int ShortestWrap = 50;
    private const int ShortestWrapOfTwo = 65;
    private const int LongestWrap = 140;

    public string MediaType => "text/plain";

    public async Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation) =>
        Read(await TextFile.ReadAsync(path, cancellation), MediaType, cancellation);

    /// <summary>The text as a document of the given type; Markdown that cannot be parsed is read so too.</summary>
    public static ParsedDocument Read(string content, string mediaType, CancellationToken cancellation)
    {
        var document = new DocumentText();
        var paragraph = new List<string>();
        foreach (var line in content.AsSpan().EnumerateLines())
        {
            cancellation.ThrowIfCancellationRequested();
            if (!line.IsWhiteSpace())
            {
                paragraph.Add(line.ToString());
                continue;
            }
            Write(paragraph, document);
            paragraph.Clear();
        }
        Write(paragraph, document);
        return document.Build(mediaType, null);
    }

    private static void Write(List<string> paragraph, DocumentText document)
    {
        if (paragraph.Count > 1 && IsWrapped(paragraph))
        {
            document.Add(BlockKind.Paragraph, 0, JoinedLines.Join(paragraph));
            return;
        }
        foreach (var line in paragraph) document.Add(ListMarker.IsAt(line) ? BlockKind.ListItem : BlockKind.Paragraph, ListMarker.IsAt(line) ? 1 : 0, line);
    }

    /// <summary>Prose broken at a margin: every line but the last is about equally long, and none begins a list item.</summary>
    private static bool IsWrapped(List<string> lines)
    {
        var widths = lines.ConvertAll(line => JoinedLines.Width(line.AsSpan().TrimEnd()));
        var longest = widths.Max();
        // Two lines may as well be two statements; they must nearly fill a usual margin.
        return longest is <= LongestWrap && longest >= (lines.Count > 2 ? ShortestWrap : ShortestWrapOfTwo)
            && widths.SkipLast(1).All(width => width >= longest * 0.7)
            && !lines.Skip(1).Any(ListMarker.IsAt)
            && !lines.Exists(line => line.Contains('\t', StringComparison.Ordinal));
    }
}
