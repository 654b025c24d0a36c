using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Platform.Retrieval.Reading;

/// <summary>Writes the visible blocks of an HTML tree.</summary>
internal sealed partial class HtmlBlocks(DocumentText document, CancellationToken cancellation)
{
    private static readonly FrozenSet<string> Skipped = Set("SCRIPT STYLE NOSCRIPT TEMPLATE HEAD SVG MATH IFRAME OBJECT EMBED APPLET CANVAS AUDIO VIDEO NAV BUTTON SELECT TEXTAREA INPUT DATALIST DIALOG");
    private static readonly FrozenSet<string> Blocks = Set("ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY BR CAPTION CENTER DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM HEADER HR HTML LEGEND LI MAIN OL P PRE SECTION SUMMARY TABLE TBODY TD TFOOT TH THEAD TR UL");

    private readonly StringBuilder _line = new();
    private readonly Dictionary<IHtmlOrderedListElement, int> _numbers = [];
    private BlockKind _kind = BlockKind.Paragraph;
    private int _level;
    private int _depth;

    public void Write(INode root)
    {
        Children(root, list: 0);
        Flush();
    }

    private void Children(INode parent, int list)
    {
        if (++_depth > ReaderLimits.Depth)
        {
            // Deeper elements are still read, as running text: a page made by tools may nest without end.
            _line.Append(' ').Append(PlainText(parent));
        }
        else
        {
            // By index: AngleSharp looks a sibling up from the parent's start, which a page of 100,000 items would feel.
            foreach (var node in parent.ChildNodes)
            {
                if (node is IText text) _line.Append(text.Data);
                else if (node is IElement element && !IsHidden(element)) Element(element, list);
            }
        }
        _depth--;
    }

    private void Element(IElement element, int list)
    {
        cancellation.ThrowIfCancellationRequested();
        var name = element.NodeName.ToUpperInvariant();
        switch (name)
        {
            case "H1" or "H2" or "H3" or "H4" or "H5" or "H6": Block(BlockKind.Heading, name[1] - '0', element, list); break;
            case "PRE":
                Flush();
                document.Add(BlockKind.Code, 0, PlainText(element));
                break;
            case "BR" when _kind != BlockKind.Paragraph: _line.Append(' '); break;
            case "LI":
                Flush();
                _line.Append(Marker(element));
                Block(BlockKind.ListItem, Math.Clamp(list, 1, 9), element, list, isBegun: true);
                break;
            case "UL" or "OL":
                Flush();
                Children(element, list + 1);
                Flush();
                break;
            case "TABLE" when element is IHtmlTableElement table && element.QuerySelector("table") is null:
                Flush();
                Table(table);
                break;
            default:
                if (!Blocks.Contains(name)) Children(element, list);
                else Block(BlockKind.Paragraph, 0, element, list);
                break;
        }
    }

    /// <summary>What stood before the block is finished; the block's own kind holds until its end or until a block inside it begins.</summary>
    private void Block(BlockKind kind, int level, IElement element, int list, bool isBegun = false)
    {
        // A paragraph directly inside a list item or heading is the item's text.
        var inherits = kind == BlockKind.Paragraph && _kind != BlockKind.Paragraph && IsOnlyMarker();
        if (!inherits)
        {
            if (!isBegun) Flush();
            (_kind, _level) = (kind, level);
        }
        Children(element, list);
        Flush();
    }

    private bool IsOnlyMarker() => _line.Length <= 6 && ListMarkerOnly().IsMatch(_line.ToString());

    private void Flush()
    {
        if (!IsOnlyMarker()) document.Add(_kind, _level, _line.ToString());
        _line.Clear();
        (_kind, _level) = (BlockKind.Paragraph, 0);
    }

    private string Marker(IElement item)
    {
        if (item.ParentElement is not IHtmlOrderedListElement list) return "- ";
        _numbers[list] = _numbers.TryGetValue(list, out var last) ? last + 1 : list.Start;
        return $"{_numbers[list]}. ";
    }

    private void Table(IHtmlTableElement table)
    {
        if (table.Caption is { } caption && !IsHidden(caption)) document.Add(BlockKind.Paragraph, 0, PlainText(caption));
        var rows = new TableRows(document);
        foreach (var row in table.Rows.Where(row => !IsHidden(row)))
        {
            cancellation.ThrowIfCancellationRequested();
            var cells = row.Cells.Where(cell => !IsHidden(cell)).ToList();
            rows.Add([.. cells.Select(cell => PlainText(cell))], isHead: cells.TrueForAll(cell => cell is IHtmlTableHeaderCellElement));
        }
        rows.End();
    }

    /// <summary>Visible text below a node, without recursion.</summary>
    private static string PlainText(INode root)
    {
        var text = new StringBuilder();
        var left = new Stack<INode>(root.ChildNodes.Reverse());
        while (left.TryPop(out var node))
        {
            if (node is IText leaf) text.Append(leaf.Data);
            if (node is not IElement element || IsHidden(element)) continue;
            if (Blocks.Contains(element.NodeName.ToUpperInvariant())) text.Append('\n');
            foreach (var child in element.ChildNodes.Reverse()) left.Push(child);
        }
        return text.ToString();
    }

    private static bool IsHidden(IElement element) =>
        Skipped.Contains(element.NodeName.ToUpperInvariant())
        || element.HasAttribute("hidden")
        || string.Equals(element.GetAttribute("aria-hidden"), "true", StringComparison.OrdinalIgnoreCase)
        || (element.GetAttribute("style") is { } style && HidingStyle().IsMatch(style));

    [GeneratedRegex(@"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d]*[1-9])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HidingStyle();

    [GeneratedRegex(@"^\s*(?:- |\d{1,4}\. )?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex ListMarkerOnly();

    private static FrozenSet<string> Set(string names) => names.Split(' ').ToFrozenSet();
}
