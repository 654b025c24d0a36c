using System.Globalization;
using System.Text;
using System.Xml;

namespace Platform.Retrieval.Reading.Office;

/// <summary>Counts list items as Word does, so that "see 3.2" finds the paragraph that shows 3.2.</summary>
internal sealed class DocxNumbering
{
    private const int Levels = 9;

    private readonly Dictionary<int, int> _abstractOf = [];
    private readonly Dictionary<int, Level[]> _levels = [];
    private readonly Dictionary<int, int[]> _counters = [];

    public static DocxNumbering Read(OfficePackage package)
    {
        var numbering = new DocxNumbering();
        package.Read("word/numbering.xml", numbering.Read);
        return numbering;
    }

    /// <summary>The marker of the next item ("3.2 ", "- "); empty when the paragraph is not numbered.</summary>
    public string Next(int numberId, int level)
    {
        level = Math.Clamp(level, 0, Levels - 1);
        if (numberId == 0 || !_abstractOf.TryGetValue(numberId, out var id) || !_levels.TryGetValue(id, out var levels)) return numberId == 0 ? "" : "- ";
        if (!_counters.TryGetValue(id, out var counters)) _counters[id] = counters = new int[Levels];
        counters[level] = counters[level] == 0 ? levels[level].Start : counters[level] + 1;
        for (var deeper = level + 1; deeper < Levels; deeper++) counters[deeper] = 0;
        if (levels[level].Format is "bullet") return "- ";
        if (levels[level].Format is "none") return "";
        var marker = new StringBuilder(levels[level].Text);
        for (var i = 0; i < Levels; i++) marker.Replace($"%{i + 1}", Shown(counters[i] == 0 ? levels[i].Start : counters[i], levels[i].Format));
        return marker.Length == 0 ? "" : marker.Append(' ').ToString();
    }

    private static string Shown(int number, string format) => format switch
    {
        "lowerLetter" => ((char)('a' + ((number - 1) % 26 + 26) % 26)).ToString(),
        "upperLetter" => ((char)('A' + ((number - 1) % 26 + 26) % 26)).ToString(),
        "lowerRoman" => Roman(number).ToLowerInvariant(),
        "upperRoman" => Roman(number),
        "chineseCounting" or "chineseCountingThousand" or "japaneseCounting" or "ideographTraditional" => Chinese(number),
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    private static string Roman(int number)
    {
        if (number is < 1 or > 3999) return number.ToString(CultureInfo.InvariantCulture);
        (int Value, string Mark)[] marks = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")];
        var roman = new StringBuilder();
        foreach (var (value, mark) in marks)
        {
            for (; number >= value; number -= value) roman.Append(mark);
        }
        return roman.ToString();
    }

    private static string Chinese(int number)
    {
        const string digits = "〇一二三四五六七八九";
        if (number is < 1 or > 99) return number.ToString(CultureInfo.InvariantCulture);
        var tens = number / 10;
        return (tens > 1 ? digits[tens].ToString() : "") + (tens > 0 ? "十" : "") + (number % 10 > 0 ? digits[number % 10].ToString() : "");
    }

    private void Read(XmlReader reader)
    {
        Level[]? levels = null;
        int level = 0, numberId = 0;
        while (reader.ReadSafely())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            switch (reader.LocalName)
            {
                case "abstractNum": _levels[reader.Number("abstractNumId", -1)] = levels = [.. Enumerable.Range(0, Levels).Select(_ => new Level())]; break;
                case "lvl": level = Math.Clamp(reader.Number("ilvl", 0), 0, Levels - 1); break;
                case "start" when levels is not null: levels[level].Start = reader.Number("val", 1); break;
                case "numFmt" when levels is not null: levels[level].Format = reader.Attribute("val") ?? "decimal"; break;
                case "lvlText" when levels is not null: levels[level].Text = reader.Attribute("val") ?? ""; break;
                case "num": (numberId, levels) = (reader.Number("numId", 0), null); break;
                case "abstractNumId" when levels is null: _abstractOf[numberId] = reader.Number("val", -1); break;
                default: break;
            }
        }
    }

    private sealed class Level
    {
        public int Start { get; set; } = 1;
        public string Format { get; set; } = "decimal";
        public string Text { get; set; } = "";
    }
}
