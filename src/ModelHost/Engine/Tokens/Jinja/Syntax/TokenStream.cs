namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>Tokens, one after the other.</summary>
internal sealed class TokenStream(IReadOnlyList<Token> tokens)
{
    private int place;

    internal Token Current => tokens[place];

    internal Token Next => tokens[Math.Min(place + 1, tokens.Count - 1)];

    internal Token Take()
    {
        var token = tokens[place];
        if (token.Kind != TokenKind.End) { place++; }
        return token;
    }

    internal bool Skip(string symbol)
    {
        var isHere = Current.Is(symbol);
        if (isHere) { place++; }
        return isHere;
    }

    internal bool SkipName(string name)
    {
        var isHere = Current.IsName(name);
        if (isHere) { place++; }
        return isHere;
    }

    internal Token Expect(string symbol) => Current.Is(symbol) ? Take() : throw Fault($"'{symbol}' is expected, not {Current}.");

    internal Token ExpectName(string name) => Current.IsName(name) ? Take() : throw Fault($"'{name}' is expected, not {Current}.");

    internal Token Expect(TokenKind kind) => Current.Kind == kind ? Take() : throw Fault(kind switch
    {
        TokenKind.Name => $"A name is expected, not {Current}.",
        TokenKind.BlockEnd => $"The end of the tag is expected, not {Current}.",
        _ => $"The end of the expression is expected, not {Current}.",
    });

    internal TemplateException Fault(string message) => new(TemplateFault.Syntax, message, Current.Line);
}
