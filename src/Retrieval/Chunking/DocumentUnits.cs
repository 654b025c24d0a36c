using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Chunking;

/// <summary>The smallest piece that is not cut without need: a sentence or a table row. Units of one <paramref name="Section"/> may share a passage.</summary>
/// <param name="LeadsIn">A question, or words before a colon: what follows belongs to it.</param>
internal readonly record struct TextUnit(int Section, string Heading, int Start, int End, bool LeadsIn);

/// <summary>Walks a document's blocks and gives its sentences and rows, each with the headings above it.</summary>
internal static class DocumentUnits
{
    private const int LongestHeading = 160;
    private const string Join = " › ";

    /// <summary>In document order, lazily. A heading is not a unit (it is in the path of what follows) unless nothing stands under it.</summary>
    public static IEnumerable<TextUnit> Of(ParsedDocument document)
    {
        var blocks = document.Blocks;
        if (blocks.Count == 0) blocks = [new ParsedBlock(BlockKind.Paragraph, 0, 0, document.Text.Length)];
        var above = new List<(int Level, string Text)>();
        var section = 0;
        var path = "";
        string? bareUnder = null, tableHead = null;
        for (var i = 0; i < blocks.Count; i++)
        {
            var block = blocks[i];
            if (block.Kind == BlockKind.Heading)
            {
                above.RemoveAll(heading => heading.Level >= block.Level);
                var isBare = i + 1 == blocks.Count || (blocks[i + 1].Kind == BlockKind.Heading && blocks[i + 1].Level <= block.Level);
                var parents = Path(above);
                // Bare headings in a row (an agenda, slides) share a passage.
                if (!isBare || bareUnder != parents) section++;
                bareUnder = isBare ? parents : null;
                if (isBare)
                {
                    foreach (var unit in UnitsOf(document.Text, block, section, parents)) yield return unit;
                    path = parents;
                    continue;
                }
                above.Add((block.Level, Line(document.Text, block)));
                path = Path(above);
                continue;
            }
            // A passage that begins inside a table is read by the table's head.
            if (block.Kind != BlockKind.TableRow || block.Level == 1) tableHead = null;
            var heading = tableHead is null ? path : path.Length == 0 ? tableHead : path + Join + tableHead;
            foreach (var unit in UnitsOf(document.Text, block, section, heading)) yield return unit;
            if (block.Kind == BlockKind.TableRow && block.Level == 1) tableHead = Line(document.Text, block);
        }
    }

    private static IEnumerable<TextUnit> UnitsOf(string text, ParsedBlock block, int section, string path)
    {
        var spans = block.Kind is BlockKind.TableRow or BlockKind.Heading ? SentenceSplitter.Pieces(text, block.Start, block.End) : SentenceSplitter.Split(text, block.Start, block.End);
        foreach (var (start, end) in spans) yield return new TextUnit(section, path, start, end, text[end - 1] is '?' or '？' or ':' or '：');
    }

    private static string Path(List<(int Level, string Text)> above) => string.Join(Join, above.Select(heading => heading.Text));

    private static string Line(string text, ParsedBlock heading)
    {
        var line = string.Join(' ', text[heading.Start..heading.End].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= LongestHeading) return line;
        return line[..(char.IsHighSurrogate(line[LongestHeading - 1]) ? LongestHeading - 1 : LongestHeading)] + "…";
    }
}
