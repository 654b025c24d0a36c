using System.Globalization;
using System.Xml;

namespace Platform.Retrieval.Reading.Office;

/// <summary>What the cells of a workbook share: strings, number formats, and the day that dates count from.</summary>
internal sealed class SheetCells
{
    private readonly List<string> _strings = [];
    private readonly List<int> _formatOfStyle = [];
    private readonly Dictionary<int, string> _formats = [];

    /// <summary>Old Apple workbooks count days from 1904.</summary>
    public bool From1904 { get; set; }

    public static SheetCells Read(OfficePackage package)
    {
        var cells = new SheetCells();
        package.Read("xl/sharedStrings.xml", cells.ReadStrings);
        package.Read("xl/styles.xml", cells.ReadStyles);
        return cells;
    }

    /// <summary>The cell's value as its user sees it, for the formats that are common; else the bare value.</summary>
    public string Shown(string? type, int style, string value) => type switch
    {
        "s" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < _strings.Count ? _strings[at] : "",
        "b" => value == "1" ? "TRUE" : "FALSE",
        "str" or "inlineStr" or "e" => value,
        "d" => value,
        _ => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? NumberFormat.Shown(number, Format(style), From1904) : value,
    };

    private string Format(int style)
    {
        var id = style >= 0 && style < _formatOfStyle.Count ? _formatOfStyle[style] : 0;
        return _formats.TryGetValue(id, out var format) ? format : NumberFormat.BuiltIn(id);
    }

    private void ReadStrings(XmlReader reader)
    {
        var text = new System.Text.StringBuilder();
        while (reader.ReadSafely())
        {
            // Phonetic guides repeat the text in another script.
            while (reader.NodeType == XmlNodeType.Element && reader.LocalName == "rPh") reader.Skip();
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace) text.Append(reader.Value);
            var ends = reader.LocalName == "si" && (reader.NodeType == XmlNodeType.EndElement || (reader.NodeType == XmlNodeType.Element && reader.IsEmptyElement));
            if (!ends) continue;
            _strings.Add(text.ToString());
            text.Clear();
        }
    }

    private void ReadStyles(XmlReader reader)
    {
        var inCells = false;
        while (reader.ReadSafely())
        {
            if (reader.LocalName == "cellXfs") inCells = reader.NodeType == XmlNodeType.Element && !reader.IsEmptyElement;
            if (reader.NodeType != XmlNodeType.Element) continue;
            if (reader.LocalName == "numFmt" && reader.Attribute("formatCode") is { } code) _formats[reader.Number("numFmtId", -1)] = code;
            else if (reader.LocalName == "xf" && inCells) _formatOfStyle.Add(reader.Number("numFmtId", 0));
        }
    }
}
