using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Agents.Tools.OpenApi.Yaml;

/// <summary>Reads a document of YAML as the JSON that it stands for: blocks, flows, plain and quoted texts, and texts that keep or fold their lines. Anchors, tags, keys that are no texts, and a second document are refused.</summary>
/// <remarks>The text is untrusted. Without anchors nothing grows beyond it.</remarks>
internal sealed class YamlDocument
{
    public const int MaxDepth = 64;

    private readonly YamlLines lines;

    private YamlDocument(string text) => lines = new(text);

    /// <summary>YamlException where it is none, or more of YAML than is read.</summary>
    public static JsonElement Parse(string text)
    {
        YamlDocument document = new(text.TrimStart('\uFEFF'));
        return JsonSerializer.SerializeToElement(document.Whole());
    }

    /// <summary>Refuses what begins with a sign that stands for more than a text.</summary>
    public static void RequirePlain(char first, int line)
    {
        if (first is '&' or '*' or '!')
            throw new YamlException(line, "anchors, aliases and tags ('&', '*', '!') are not read. Write what they stand for, or take the document as JSON.");
        if (first is '%' or '@' or '`' or '|' or '>' or ']' or '}' or ',')
            throw new YamlException(line, $"no value begins with '{first}'; put it in quotes.");
    }

    private JsonNode? Whole()
    {
        lines.SkipEmpty();
        while (!lines.IsAtEnd && (lines.Raw!.StartsWith('%') || lines.Raw.TrimEnd() == "---"))
        {
            lines.Next();
            lines.SkipEmpty();
        }
        var value = lines.IsAtEnd ? null : Block(0, 0);
        lines.SkipEmpty();
        return lines.IsAtEnd || lines.Raw!.TrimEnd() == "..." ? value
            : throw new YamlException(lines.Number, lines.Raw.TrimEnd() == "---" ? "a second document begins; one is read." : "it stands less far in than what it belongs to, or is no key with a colon.");
    }

    /// <summary>What begins in this line and is set in alike.</summary>
    /// <param name="outer">How far in what it belongs to stands: the lines of a value stand further in.</param>
    private JsonNode? Block(int outer, int depth)
    {
        if (depth > MaxDepth)
            throw new YamlException(lines.Number, $"it is nested deeper than {MaxDepth}.");
        return IsEntry() ? Sequence(lines.Indent, depth) : KeyEnd() > 0 ? Mapping(lines.Indent, depth) : Inline(lines.Start, outer, depth);
    }

    private JsonArray Sequence(int indent, int depth)
    {
        JsonArray found = [];
        for (; !lines.IsAtEnd && lines.Indent == indent && IsEntry(); lines.SkipEmpty())
        {
            var rest = Skip(lines.Start + 1);
            if (rest < lines.End && lines.Text[rest] != '#')
            {
                if (lines.Text[rest] is '|' or '>')
                {
                    found.Add(JsonValue.Create(Kept(rest, indent)));
                    continue;
                }
                lines.MoveTo(rest);
                found.Add(Block(indent, depth + 1));
                continue;
            }
            lines.Next();
            lines.SkipEmpty();
            found.Add(!lines.IsAtEnd && lines.Indent > indent ? Block(indent, depth + 1) : null);
        }
        return found;
    }

    private JsonObject Mapping(int indent, int depth)
    {
        JsonObject found = [];
        for (; !lines.IsAtEnd && lines.Indent == indent && KeyEnd() is var colon and > 0; lines.SkipEmpty())
        {
            var line = lines.Number;
            var key = KeyBefore(colon);
            if (!found.TryAdd(key, Value(colon + 1, indent, depth)))
                throw new YamlException(line, $"'{Definitions.Findings.Short(key)}' stands twice.");
        }
        return found;
    }

    private JsonNode? Value(int after, int indent, int depth)
    {
        var rest = Skip(after);
        if (rest < lines.End && lines.Text[rest] != '#')
            return lines.Text[rest] is '|' or '>' ? JsonValue.Create(Kept(rest, indent)) : Inline(rest, indent, depth + 1);
        lines.Next();
        lines.SkipEmpty();
        if (lines.IsAtEnd || lines.Indent < indent || (lines.Indent == indent && !IsEntry()))
            return null;
        return Block(indent, depth + 1);
    }

    /// <summary>A value that begins in this line: a flow, a text in quotes, or words, which go on in lines that stand further in.</summary>
    private JsonNode? Inline(int start, int outer, int depth)
    {
        if (lines.Text[start] is '{' or '[' or '"' or '\'')
        {
            YamlFlow flow = new(lines.Text, start, lines.Number, depth);
            var value = flow.Read();
            lines.NextAfter(flow.End);
            return value;
        }
        RequirePlain(lines.Text[start], lines.Number);
        StringBuilder words = new(Uncommented(start));
        var last = lines.Number;
        for (lines.Next(), lines.SkipEmpty(); !lines.IsAtEnd && lines.Indent > outer && words.Length > 0 && KeyEnd() < 0; lines.Next(), lines.SkipEmpty())
        {
            words.Append(lines.Number == last + 1 ? " " : new string('\n', lines.Number - last - 1)).Append(Uncommented(lines.Start));
            last = lines.Number;
        }
        return YamlScalar.Of(words.ToString());
    }

    /// <summary>A text whose lines stand further in: kept (|), or folded into longer ones (>). What follows the sign says how it ends.</summary>
    private string Kept(int sign, int indent)
    {
        var (folds, header) = (lines.Text[sign] == '>', Uncommented(sign + 1));
        var given = header.Where(char.IsAsciiDigit).Select(digit => digit - '0').FirstOrDefault();
        if (header.Trim('+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9').Length > 0)
            throw new YamlException(lines.Number, $"'{Definitions.Findings.Short(header)}' after '{lines.Text[sign]}' is not known.");
        List<string> kept = [];
        var inner = given > 0 ? indent + given : -1;
        for (lines.Next(); lines.Raw is { } line; lines.Next())
        {
            var own = line.Length - line.TrimStart(' ').Length;
            var isEmpty = own == line.Length;
            if (!isEmpty && inner < 0)
                inner = own;
            if (!isEmpty && (own < inner || own <= indent))
                break;
            kept.Add(isEmpty ? "" : line[inner..]);
        }
        var ends = kept.Count - 1;
        while (ends >= 0 && kept[ends].Length == 0)
            ends--;
        var text = folds ? Folded(kept.Take(ends + 1)) : string.Join('\n', kept.Take(ends + 1));
        return header.Contains('-', StringComparison.Ordinal) || text.Length == 0 ? text : header.Contains('+', StringComparison.Ordinal) ? text + new string('\n', kept.Count - ends) : text + "\n";
    }

    private static string Folded(IEnumerable<string> kept)
    {
        StringBuilder text = new();
        var empty = 0;
        var before = "";
        foreach (var line in kept)
        {
            if (line.Length == 0)
            {
                empty++;
                continue;
            }
            var apart = line[0] is ' ' or '\t' || before is [' ' or '\t', ..]; // set in further: a listing, which keeps its lines
            text.Append(text.Length == 0 && before.Length == 0 ? new string('\n', empty) : apart ? new string('\n', empty + 1) : empty > 0 ? new string('\n', empty) : " ").Append(line);
            (before, empty) = (line, 0);
        }
        return text.ToString();
    }

    private bool IsEntry() => lines.Text[lines.Start] == '-' && (lines.Start + 1 >= lines.End || lines.Text[lines.Start + 1] is ' ' or '\t');

    /// <summary>Where the colon of the line's key stands; -1 where it has none.</summary>
    private int KeyEnd()
    {
        var (text, at) = (lines.Text, lines.Start);
        if (text[at] is '{' or '[' or '#')
            return -1;
        if (text[at] == '?' && at + 1 < lines.End && text[at + 1] == ' ')
            throw new YamlException(lines.Number, "a key that begins with '?' is not read.");
        if (text[at] is '"' or '\'')
        {
            YamlFlow quoted = new(text, at, lines.Number, 0);
            quoted.Quoted();
            at = quoted.End;
            while (at < lines.End && text[at] == ' ')
                at++;
            return at < lines.End && IsColon(at) ? at : -1;
        }
        for (; at < lines.End && !(text[at] == '#' && text[at - 1] == ' '); at++)
        {
            if (IsColon(at))
                return at;
        }
        return -1;
    }

    private bool IsColon(int at) => lines.Text[at] == ':' && (at + 1 >= lines.End || lines.Text[at + 1] is ' ' or '\t');

    private string KeyBefore(int colon)
    {
        if (lines.Text[lines.Start] is '"' or '\'')
            return new YamlFlow(lines.Text, lines.Start, lines.Number, 0).Quoted();
        RequirePlain(lines.Text[lines.Start], lines.Number);
        return lines.Text[lines.Start..colon].TrimEnd();
    }

    private int Skip(int at)
    {
        while (at < lines.End && lines.Text[at] is ' ' or '\t')
            at++;
        return at;
    }

    private string Uncommented(int start)
    {
        var words = lines.Text[start..lines.End];
        for (var at = words.IndexOf('#', StringComparison.Ordinal); at >= 0; at = words.IndexOf('#', at + 1))
        {
            if (at == 0 || words[at - 1] is ' ' or '\t')
                return words[..at].Trim();
        }
        return words.Trim();
    }
}
