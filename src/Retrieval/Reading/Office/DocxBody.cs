using System.Collections.Frozen;
using System.Xml;

namespace Platform.Retrieval.Reading.Office;

/// <summary>Walks the body of a Word file and writes its blocks.</summary>
internal sealed class DocxBody(DocumentText document, DocxStyles styles, DocxNumbering numbering, CancellationToken cancellation)
{
    /// <summary>Deleted or moved-away text, and the fall-back copy of what was read already.</summary>
    private static readonly FrozenSet<string> Skipped = new[] { "del", "moveFrom", "Fallback", "instrText", "delText", "rPrChange", "pPrChange", "sectPr" }.ToFrozenSet();

    private readonly Stack<DocxParagraph> _paragraphs = new();
    private readonly Stack<DocxTable> _tables = new();
    private readonly Dictionary<string, string> _footnotes = [];
    private string _break = "br";

    public DocumentText Document => document;

    /// <summary>The first paragraph in the style Title.</summary>
    public string? Title { get; private set; }

    public void ReadFootnotes(XmlReader reader)
    {
        string? id = null;
        while (reader.ReadSafely())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            // The separators between text and notes are notes too, of a type.
            if (reader.LocalName is "footnote" or "endnote") id = reader.Attribute("type") is null ? reader.LocalName + reader.Attribute("id") : null;
            else if (reader.LocalName == "t" && id is not null && !reader.IsEmptyElement) _footnotes[id] = _footnotes.GetValueOrDefault(id) + Content(reader);
        }
    }

    /// <param name="breakElement">Which element starts a page: those that Word left when it last laid the file out, else the breaks that the author set.</param>
    public void Read(XmlReader reader, string breakElement)
    {
        _break = breakElement;
        document.StartPage();
        while (reader.ReadSafely())
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                while (reader.NodeType == XmlNodeType.Element && Skipped.Contains(reader.LocalName)) reader.Skip();
                if (reader.NodeType == XmlNodeType.Element) Start(reader);
            }
            if (reader.NodeType == XmlNodeType.EndElement) End(reader.LocalName);
        }
    }

    private void Start(XmlReader reader)
    {
        var name = reader.LocalName;
        var isEmpty = reader.IsEmptyElement;
        if (name == "p") _paragraphs.Push(new DocxParagraph());
        else if (name == "tbl") _tables.Push(new DocxTable(document));
        else if (name == "tblHeader" && _tables.TryPeek(out var table)) table.IsHead |= reader.IsOn();
        else if (_paragraphs.TryPeek(out var paragraph)) Inside(reader, name, paragraph);
        if (isEmpty && name is "p" or "tbl") End(name);
    }

    private void Inside(XmlReader reader, string name, DocxParagraph paragraph)
    {
        if (name == _break && (name != "br" || reader.Attribute("type") == "page"))
        {
            if (paragraph.Text.Length == 0) paragraph.BreaksBefore = true;
            else paragraph.BreaksAfter = true;
        }
        switch (name)
        {
            case "pStyle": paragraph.Style = reader.Attribute("val"); break;
            case "outlineLvl": paragraph.Outline = reader.Number("val", 9); break;
            case "numId": paragraph.NumberId = reader.Number("val", 0); break;
            case "ilvl": paragraph.Level = reader.Number("val", 0); break;
            case "r": paragraph.IsHidden = false; break;
            case "vanish": paragraph.IsHidden |= reader.IsOn(); break;
            case "t" when !reader.IsEmptyElement:
                var text = Content(reader);
                if (!paragraph.IsHidden) paragraph.Text.Append(text);
                break;
            case "tab" or "br" or "cr" when paragraph.Text.Length > 0: paragraph.Text.Append(' '); break;
            case "noBreakHyphen": paragraph.Text.Append('-'); break;
            case "footnoteReference" or "endnoteReference" when _footnotes.TryGetValue(name[..^9] + reader.Attribute("id"), out var note): paragraph.Footnotes.Add(note); break;
            default: break;
        }
    }

    /// <summary>Text up to the end tag, on which the reader is left.</summary>
    private static string Content(XmlReader reader)
    {
        var text = "";
        while (reader.ReadSafely() && reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace or XmlNodeType.CDATA) text += reader.Value;
        }
        return text;
    }

    private void End(string name)
    {
        cancellation.ThrowIfCancellationRequested();
        switch (name)
        {
            case "p" when _paragraphs.TryPop(out var paragraph): Finish(paragraph); break;
            case "tc" when _tables.TryPeek(out var table):
                table.Cells.Add(table.Cell.ToString());
                table.Cell.Clear();
                break;
            case "tr" when _tables.TryPeek(out var table): FinishRow(table); break;
            case "tbl" when _tables.TryPop(out var inner):
                inner.Rows.End();
                if (_tables.TryPeek(out var outer)) outer.Cell.Append(inner.Cell).Append(' ');
                break;
            default: break;
        }
    }

    private void FinishRow(DocxTable table)
    {
        if (_tables.Count > 1) table.Cell.Append(string.Join(", ", table.Cells)).Append("; ");
        else table.Rows.Add(table.Cells, table.IsHead);
        table.Cells.Clear();
        table.IsHead = false;
    }

    private void Finish(DocxParagraph paragraph)
    {
        var text = paragraph.Text.ToString();
        if (_tables.TryPeek(out var table))
        {
            var inCell = numbering.Next(paragraph.NumberId ?? 0, paragraph.Level ?? 0) + text;
            table.Cell.Append(inCell).Append(' ');
            foreach (var note in paragraph.Footnotes) table.Cell.Append('(').Append(note.Trim()).Append(") ");
            return;
        }
        if (paragraph.BreaksBefore && document.Blocks > 0) document.StartPage();
        Add(paragraph, text);
        foreach (var note in paragraph.Footnotes) document.Add(BlockKind.Paragraph, 0, note);
        if (paragraph.BreaksAfter) document.StartPage();
    }

    private void Add(DocxParagraph paragraph, string text)
    {
        if (string.IsNullOrWhiteSpace(text)) return;
        var heading = paragraph.Outline is { } outline ? (outline < 9 ? Math.Min(6, outline + 1) : 0) : styles.HeadingLevel(paragraph.Style);
        var fromStyle = styles.Numbering(paragraph.Style);
        var number = paragraph.NumberId ?? fromStyle?.NumberId ?? 0;
        var level = paragraph.Level ?? fromStyle?.Level ?? 0;
        var marker = number == 0 ? "" : numbering.Next(number, level);
        if (heading > 0)
        {
            if (styles.IsTitle(paragraph.Style)) Title ??= text;
            document.Add(BlockKind.Heading, heading, (marker == "- " ? "" : marker) + text);
        }
        else if (number != 0) document.Add(BlockKind.ListItem, Math.Clamp(level + 1, 1, 9), marker + text);
        else document.Add(BlockKind.Paragraph, 0, text);
    }
}
