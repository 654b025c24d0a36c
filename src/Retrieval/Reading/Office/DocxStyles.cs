using System.Text.RegularExpressions;
using System.Xml;

namespace Platform.Retrieval.Reading.Office;

/// <summary>What paragraph styles say: heading level (1 to 6) and list numbering, following their parents.</summary>
internal sealed partial class DocxStyles
{
    private const int LongestChain = 20;

    private readonly Dictionary<string, Style> _styles = [];

    public static DocxStyles Read(OfficePackage package)
    {
        var styles = new DocxStyles();
        package.Read("word/styles.xml", styles.Read);
        return styles;
    }

    /// <summary>0 when the style is none of a heading.</summary>
    public int HeadingLevel(string? id) => Chain(id).Select(style => style.Heading).FirstOrDefault(level => level > 0);

    /// <summary>True for the style of a document's title.</summary>
    public bool IsTitle(string? id) => Chain(id).Any(style => style.IsTitle);

    public (int NumberId, int Level)? Numbering(string? id)
    {
        foreach (var style in Chain(id))
        {
            if (style.NumberId is { } number) return (number, style.Level);
        }
        return null;
    }

    private IEnumerable<Style> Chain(string? id)
    {
        for (var i = 0; i < LongestChain && id is not null && _styles.TryGetValue(id, out var style); i++)
        {
            yield return style;
            id = style.BasedOn;
        }
    }

    private void Read(XmlReader reader)
    {
        Style? style = null;
        while (reader.ReadSafely())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            switch (reader.LocalName)
            {
                case "style" when reader.Attribute("styleId") is { } id: _styles[id] = style = new Style(); break;
                case "name" when style is not null && reader.Attribute("val") is { } name:
                    if (HeadingName().Match(name) is { Success: true } match) style.Heading = Math.Min(6, match.Groups[1].Value[0] - '0');
                    style.IsTitle = name.Equals("title", StringComparison.OrdinalIgnoreCase) || name == "标题";
                    if (style.IsTitle) style.Heading = 1;
                    break;
                case "basedOn" when style is not null: style.BasedOn = reader.Attribute("val"); break;
                case "outlineLvl" when style is not null && style.Heading == 0: style.Heading = reader.Number("val", 9) is var level and < 9 ? Math.Min(6, level + 1) : 0; break;
                case "numId" when style is not null: style.NumberId = reader.Number("val", 0); break;
                case "ilvl" when style is not null: style.Level = reader.Number("val", 0); break;
                default: break;
            }
        }
    }

    [GeneratedRegex(@"^(?:heading|标题)\s*([1-9])$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HeadingName();

    private sealed class Style
    {
        public string? BasedOn { get; set; }
        public int Heading { get; set; }
        public bool IsTitle { get; set; }
        public int? NumberId { get; set; }
        public int Level { get; set; }
    }
}
