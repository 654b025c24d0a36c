using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Agents.Tools.OpenApi.Yaml;

/// <summary>Reads what YAML writes as JSON does, over as many lines as it takes: {…}, […], and texts in quotes.</summary>
/// <param name="depth">How deep it stands already.</param>
internal sealed class YamlFlow(string text, int start, int line, int depth)
{
    private int at = start;

    /// <summary>Where it ended.</summary>
    public int End => at;

    /// <summary>The value that begins here.</summary>
    public JsonNode? Read() => Value(depth);

    /// <summary>A text in quotes that begins here.</summary>
    public string Quoted() => text[at] == '\'' ? Single() : Double();

    private JsonNode? Value(int level)
    {
        if (level > YamlDocument.MaxDepth)
            throw Wrong($"it is nested deeper than {YamlDocument.MaxDepth}.");
        return Peek() switch
        {
            '{' => Mapping(level),
            '[' => Sequence(level),
            '"' or '\'' => JsonValue.Create(Quoted()),
            _ => YamlScalar.Of(Plain()),
        };
    }

    private JsonObject Mapping(int level)
    {
        JsonObject found = [];
        at++;
        while (Peek() != '}')
        {
            var key = Peek() is '"' or '\'' ? Quoted() : Plain();
            JsonNode? value = null;
            if (Peek() == ':')
            {
                at++;
                value = Peek() is ',' or '}' ? null : Value(level + 1);
            }
            if (!found.TryAdd(key, value))
                throw Wrong($"'{Definitions.Findings.Short(key)}' stands twice.");
            Comma('}');
        }
        at++;
        return found;
    }

    private JsonArray Sequence(int level)
    {
        JsonArray found = [];
        at++;
        while (Peek() != ']')
        {
            found.Add(Value(level + 1));
            Comma(']');
        }
        at++;
        return found;
    }

    private void Comma(char end)
    {
        if (Peek() == ',')
            at++;
        else if (Peek() != end)
            throw Wrong($"a comma or '{end}' is missing.");
    }

    /// <summary>The next character that is none of space, end of line or comment.</summary>
    private char Peek()
    {
        for (; at < text.Length; at++)
        {
            if (text[at] == '#' && char.IsWhiteSpace(text[at - 1]))
                at = text.IndexOf('\n', at) is var end and >= 0 ? end : text.Length - 1;
            else if (!char.IsWhiteSpace(text[at]))
                return text[at];
        }
        throw Wrong("it has no end.");
    }

    private string Plain()
    {
        YamlDocument.RequirePlain(text[at], line);
        var from = at;
        while (at < text.Length && text[at] is not (',' or ']' or '}' or '[' or '{' or '\n') && !(text[at] == ':' && (at + 1 == text.Length || text[at + 1] is ' ' or '\n' or '\r' or ',' or '}' or ']')) && !(text[at] == '#' && text[at - 1] == ' '))
            at++;
        return at > from ? text[from..at].Trim() : throw Wrong("a value is missing.");
    }

    private string Single()
    {
        StringBuilder read = new();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '\'')
                Take(read);
            else if (at + 1 < text.Length && text[at + 1] == '\'')
                read.Append(text[at++]);
            else
                return text[at++] == '\'' ? read.ToString() : "";
        }
        throw Wrong("a quote has no end.");
    }

    private string Double()
    {
        StringBuilder read = new();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '\\')
                Escaped(read);
            else if (text[at] != '"')
                Take(read);
            else
                return text[at++] == '"' ? read.ToString() : "";
        }
        throw Wrong("a quote has no end.");
    }

    /// <summary>Lines of a text in quotes are joined: one end of line is a space, an empty line is one.</summary>
    private void Take(StringBuilder read)
    {
        if (text[at] is not ('\n' or '\r'))
        {
            read.Append(text[at]);
            return;
        }
        while (read.Length > 0 && read[^1] == ' ')
            read.Length--;
        var ends = 0;
        for (; at < text.Length && char.IsWhiteSpace(text[at]); at++)
            ends += text[at] == '\n' ? 1 : 0;
        read.Append(ends == 1 ? " " : new string('\n', ends - 1));
        at--;
    }

    private void Escaped(StringBuilder read)
    {
        if (++at >= text.Length)
            return; // without an end, which is said there
        var digits = text[at] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            read.Append(at + digits < text.Length && int.TryParse(text.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && code is >= 0 and <= 0x10FFFF
                ? code is >= 0xD800 and <= 0xDFFF || code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code) : throw Wrong("an escape is none."));
            at += digits;
            return;
        }
        if (text[at] is '\n' or '\r')
        {
            while (at + 1 < text.Length && char.IsWhiteSpace(text[at + 1]))
                at++; // the lines are one
            return;
        }
        read.Append(text[at] switch
        {
            'n' => '\n', 't' => '\t', 'r' => '\r', '0' => '\0', 'b' => '\b', 'f' => '\f', 'e' => '\u001b', 'a' => '\a', 'v' => '\v', '_' => '\u00a0', 'N' => '\u0085',
            '"' or '\\' or '/' or ' ' => text[at],
            var other => throw Wrong($"'\\{other}' is no escape."),
        });
    }

    private YamlException Wrong(string why) => new(line, why);
}
