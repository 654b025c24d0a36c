using System.Globalization;
using System.Text;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>The tokens inside a tag.</summary>
internal sealed class TagLexer(string source)
{
    private static readonly string[] Operators = ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private int position;
    private int line;

    /// <summary>Adds the tokens from a place up to the tag's end.</summary>
    /// <returns>The place after the end, and the sign that stands before it (or 0).</returns>
    internal (int End, char Sign) Read(int start, int startLine, string end, List<Token> tokens)
    {
        position = start;
        line = startLine;
        var open = new Stack<char>();
        while (true)
        {
            SkipSpace();
            if (position >= source.Length) { throw Fault($"A tag has no end; '{end}' is missing."); }
            if (open.Count == 0 && EndHere(end) is { } sign) { return (position + end.Length + (sign == 0 ? 0 : 1), sign); }
            var c = source[position];
            if (char.IsAsciiDigit(c)) { tokens.Add(Number(tokens.Count > 0 && tokens[^1].Is("."))); }
            else if (c == '_' || char.IsLetter(c)) { tokens.Add(Name()); }
            else if (c is '\'' or '"') { tokens.Add(Text(c)); }
            else { tokens.Add(Operator(open)); }
        }
    }

    private char? EndHere(string end)
    {
        if (source.AsSpan(position).StartsWith(end, StringComparison.Ordinal)) { return '\0'; }
        var sign = source[position];
        var isSign = sign == '-' || (sign == '+' && end == "%}");
        return isSign && source.AsSpan(position + 1).StartsWith(end, StringComparison.Ordinal) ? sign : null;
    }

    private Token Operator(Stack<char> open)
    {
        foreach (var symbol in Operators)
        {
            if (!source.AsSpan(position).StartsWith(symbol, StringComparison.Ordinal)) { continue; }
            Balance(symbol[0], open);
            position += symbol.Length;
            return new Token(TokenKind.Operator, symbol, line);
        }
        throw Fault($"The character '{source[position]}' is not expected here.");
    }

    private void Balance(char symbol, Stack<char> open)
    {
        if (symbol is '(' or '[' or '{') { open.Push(symbol switch { '(' => ')', '[' => ']', _ => '}' }); }
        else if (symbol is ')' or ']' or '}' && (open.Count == 0 || open.Pop() != symbol)) { throw Fault($"'{symbol}' closes nothing."); }
    }

    private Token Name()
    {
        var start = position;
        while (position < source.Length && (source[position] == '_' || char.IsLetterOrDigit(source[position]))) { position++; }
        return new Token(TokenKind.Name, source[start..position], line);
    }

    private Token Number(bool afterDot)
    {
        var start = position;
        if (source[position] == '0' && position + 1 < source.Length && "xXoObB".Contains(source[position + 1], StringComparison.Ordinal)) { return Based(start); }
        Digits();
        var isFloat = false;
        if (!afterDot)
        {
            if (position + 1 < source.Length && source[position] == '.' && char.IsAsciiDigit(source[position + 1]))
            {
                isFloat = true;
                position++;
                Digits();
            }
            var mark = position;
            if (position < source.Length && source[position] is 'e' or 'E')
            {
                position++;
                if (position < source.Length && source[position] is '+' or '-') { position++; }
                if (position < source.Length && char.IsAsciiDigit(source[position]))
                {
                    isFloat = true;
                    Digits();
                }
                else { position = mark; }
            }
        }
        var text = source[start..position].Replace("_", "", StringComparison.Ordinal);
        return new Token(TokenKind.Number, text, line, isFloat ? double.Parse(text, CultureInfo.InvariantCulture) : PythonNumber.Whole(text) ?? throw Fault($"The number {text} is too large."));
    }

    private Token Based(int start)
    {
        position += 2;
        while (position < source.Length && (char.IsAsciiHexDigit(source[position]) || source[position] == '_')) { position++; }
        var digits = source[(start + 2)..position].Replace("_", "", StringComparison.Ordinal);
        try
        {
            var radix = char.ToLowerInvariant(source[start + 1]) switch { 'x' => 16, 'o' => 8, _ => 2 };
            return new Token(TokenKind.Number, source[start..position], line, Convert.ToInt64(digits, radix));
        }
        catch (Exception fault) when (fault is FormatException or OverflowException or ArgumentException)
        {
            throw Fault($"'{source[start..position]}' is not a number.");
        }
    }

    private void Digits()
    {
        while (position < source.Length && (char.IsAsciiDigit(source[position]) || (source[position] == '_' && position + 1 < source.Length && char.IsAsciiDigit(source[position + 1])))) { position++; }
    }

    private Token Text(char quote)
    {
        var startLine = line;
        var value = new StringBuilder();
        for (position++; position < source.Length && source[position] != quote; position++)
        {
            if (source[position] == '\n') { line++; }
            if (source[position] == '\\') { Escape(value); }
            else { value.Append(source[position]); }
        }
        if (position >= source.Length) { throw new TemplateException(TemplateFault.Syntax, "A text in quotes has no end.", startLine); }
        position++;
        return new Token(TokenKind.Text, value.ToString(), startLine);
    }

    /// <summary>At a backslash; leaves the place at the last character of the escape.</summary>
    private void Escape(StringBuilder value)
    {
        position++;
        var c = position < source.Length ? source[position] : throw Fault("A text in quotes has no end.");
        switch (c)
        {
            case '\n': line++; break; // joins two lines
            case 'x': AppendCode(value, 2); break;
            case 'u': AppendCode(value, 4); break;
            case 'U': AppendCode(value, 8); break;
            case >= '0' and <= '7': AppendOctal(value); break;
            default:
                var at = "abfnrtv\\'\"".IndexOf(c, StringComparison.Ordinal);
                if (at >= 0) { value.Append("\a\b\f\n\r\t\v\\'\""[at]); }
                else { value.Append('\\').Append(c); }
                break;
        }
    }

    private void AppendCode(StringBuilder value, int digits)
    {
        if (position + digits >= source.Length || !int.TryParse(source.AsSpan(position + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code is < 0 or > 0x10FFFF)
        {
            throw Fault("An escape in a text is not a character.");
        }
        position += digits;
        Append(value, code);
    }

    private void AppendOctal(StringBuilder value)
    {
        var code = 0;
        var end = Math.Min(position + 3, source.Length);
        while (position < end && source[position] is >= '0' and <= '7') { code = code * 8 + (source[position++] - '0'); }
        position--;
        Append(value, code);
    }

    private static void Append(StringBuilder value, int code)
    {
        if (Rune.IsValid(code)) { value.Append(new Rune(code).ToString()); }
        else { value.Append((char)code); }
    }

    private void SkipSpace()
    {
        for (; position < source.Length && PythonText.IsSpace(source[position]); position++)
        {
            if (source[position] == '\n') { line++; }
        }
    }

    private TemplateException Fault(string message) => new(TemplateFault.Syntax, message, line);
}
