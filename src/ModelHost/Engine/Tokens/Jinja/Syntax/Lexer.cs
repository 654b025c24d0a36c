using Platform.ModelHost.Engine.Tokens.Jinja.Values;


namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>Cuts a template into tokens, with the white space rules of trim_blocks and lstrip_blocks: a newline right after a block is dropped, and so is the indentation before one.</summary>
internal sealed class Lexer
{
    private readonly string source;
    private readonly List<Token> tokens = [];
    private readonly TagLexer tags;
    private int position;
    private int line = 1;
    private bool atLineStart = true;

    private Lexer(string source)
    {
        this.source = source;
        tags = new TagLexer(source);
    }

    /// <exception cref="TemplateException">Kind Syntax.</exception>
    internal static IReadOnlyList<Token> Read(string source)
    {
        var text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new Lexer(text.EndsWith('\n') ? text[..^1] : text);
        lexer.Run();
        return lexer.tokens;
    }

    private void Run()
    {
        while (position < source.Length)
        {
            var tag = NextTag(position);
            if (tag < 0)
            {
                AddData(source[position..]);
                Advance(source.Length);
                break;
            }
            var kind = source[tag + 1];
            AddData(Before(tag, kind));
            var inner = tag + 2 + (SignAt(tag + 2) == 0 ? 0 : 1);
            if (kind == '#') { SkipComment(inner); }
            else if (kind == '%' && RawBegin(inner) is { } afterRaw) { ReadRaw(afterRaw); }
            else { ReadTag(inner, kind); }
        }
        tokens.Add(new Token(TokenKind.End, "", line));
    }

    private int NextTag(int from)
    {
        for (var at = from; (at = source.IndexOf('{', at)) >= 0 && at + 1 < source.Length; at++)
        {
            if (source[at + 1] is '{' or '%' or '#') { return at; }
        }
        return -1;
    }

    /// <summary>The text up to a tag, less what the tag strips from it.</summary>
    private string Before(int tag, char kind)
    {
        var text = source[position..tag];
        var sign = SignAt(tag + 2);
        if (sign == '-') { return PythonText.TrimEnd(text); }
        if (sign == '+' || kind == '{') { return text; }
        var lineStart = text.LastIndexOf('\n') + 1;
        return (lineStart > 0 || atLineStart) && lineStart < text.Length && PythonText.IsSpace(text.AsSpan(lineStart)) ? text[..lineStart] : text;
    }

    private void SkipComment(int start)
    {
        var end = source.IndexOf("#}", start, StringComparison.Ordinal);
        if (end < 0) { throw Fault("A comment has no end."); }
        EndTag(end + 2, end > start ? source[end - 1] : '\0');
    }

    /// <summary>The place after "raw %}", or null when the block is another.</summary>
    private int? RawBegin(int at)
    {
        at = SkipSpace(at);
        if (!source.AsSpan(at).StartsWith("raw", StringComparison.Ordinal)) { return null; }
        at = SkipSpace(at + 3);
        return source.AsSpan(at).StartsWith("-%}", StringComparison.Ordinal) ? SkipSpace(at + 3)
            : source.AsSpan(at).StartsWith("%}", StringComparison.Ordinal) ? at + 2
            : null;
    }

    private void ReadRaw(int start)
    {
        Advance(start);
        for (var at = start; (at = source.IndexOf("{%", at, StringComparison.Ordinal)) >= 0; at++)
        {
            var word = SkipSpace(at + 2 + (SignAt(at + 2) == 0 ? 0 : 1));
            if (!source.AsSpan(word).StartsWith("endraw", StringComparison.Ordinal)) { continue; }
            var end = SkipSpace(word + 6);
            var sign = SignAt(end);
            if (!source.AsSpan(end + (sign == 0 ? 0 : 1)).StartsWith("%}", StringComparison.Ordinal)) { continue; }
            AddData(Before(at, '%'));
            EndTag(end + (sign == 0 ? 2 : 3), sign);
            return;
        }
        throw Fault("A raw block has no end.");
    }

    private void ReadTag(int start, char kind)
    {
        var isVariable = kind == '{';
        Advance(start - 1); // lines up to the tag
        position = start;
        tokens.Add(new Token(isVariable ? TokenKind.VariableBegin : TokenKind.BlockBegin, "", line));
        var (end, sign) = tags.Read(position, line, isVariable ? "}}" : "%}", tokens);
        Advance(end - 2);
        tokens.Add(new Token(isVariable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "", line));
        EndTag(end, sign, trimNewline: !isVariable);
    }

    /// <summary>Goes on after a tag and what its end strips.</summary>
    private void EndTag(int end, char sign, bool trimNewline = true)
    {
        if (sign == '-') { end = SkipSpace(end); }
        else if (sign != '+' && trimNewline && end < source.Length && source[end] == '\n') { end++; }
        Advance(end);
    }

    private void AddData(string text)
    {
        if (text.Length > 0) { tokens.Add(new Token(TokenKind.Data, text, line)); }
    }

    private void Advance(int to)
    {
        line += source.AsSpan(position, to - position).Count('\n');
        position = to;
        atLineStart = to > 0 && source[to - 1] == '\n';
    }

    private char SignAt(int at) => at < source.Length && source[at] is '-' or '+' ? source[at] : '\0';

    private int SkipSpace(int at)
    {
        while (at < source.Length && PythonText.IsSpace(source[at])) { at++; }
        return at;
    }

    private TemplateException Fault(string message) => new(TemplateFault.Syntax, message, line);
}
