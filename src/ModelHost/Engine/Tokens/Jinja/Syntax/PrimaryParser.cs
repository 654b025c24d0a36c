using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>Names, literals, brackets, and what stands behind a value: members and items.</summary>
internal sealed class PrimaryParser(TokenStream tokens)
{
    internal Expression Parse(ExpressionParser expressions)
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                tokens.Take();
                return Named(expressions, token);
            case TokenKind.Text:
                var text = tokens.Take().Text;
                while (tokens.Current.Kind == TokenKind.Text) { text += tokens.Take().Text; }
                return new Constant(token.Line, text);
            case TokenKind.Number:
                return new Constant(token.Line, tokens.Take().Number);
        }
        if (tokens.Skip("("))
        {
            var value = expressions.ParseTuple(inParentheses: true);
            tokens.Expect(")");
            return value;
        }
        return token.Is("[") ? ParseList(expressions) : token.Is("{") ? ParseMapping(expressions) : throw tokens.Fault($"{token} is not expected here.");
    }

    internal Expression ParseMember(Expression value)
    {
        tokens.Take();
        var token = tokens.Take();
        return token.Kind switch
        {
            TokenKind.Name => new MemberExpression(token.Line, value, token.Text),
            TokenKind.Number => new ItemExpression(token.Line, value, new Constant(token.Line, token.Number)),
            _ => throw tokens.Fault("After '.' a name or a number is expected."),
        };
    }

    internal Expression ParseItem(ExpressionParser expressions, Expression value)
    {
        var line = tokens.Expect("[").Line;
        var start = tokens.Current.Is(":") ? null : expressions.Parse();
        if (start is not null && !tokens.Current.Is(":"))
        {
            tokens.Expect("]");
            return new ItemExpression(line, value, start);
        }
        tokens.Expect(":");
        var stop = tokens.Current.Is(":") || tokens.Current.Is("]") ? null : expressions.Parse();
        var step = tokens.Skip(":") && !tokens.Current.Is("]") ? expressions.Parse() : null;
        tokens.Expect("]");
        return new SliceExpression(line, value, start, stop, step);
    }

    private static Expression Named(ExpressionParser expressions, Token token)
    {
        switch (token.Text)
        {
            case "true" or "True": return new Constant(token.Line, true);
            case "false" or "False": return new Constant(token.Line, false);
            case "none" or "None": return new Constant(token.Line, null);
            default:
                expressions.ReadNames.Add(token.Text);
                return new NameExpression(token.Line, token.Text);
        }
    }

    private SequenceExpression ParseList(ExpressionParser expressions)
    {
        var line = tokens.Take().Line;
        var items = new List<Expression>();
        while (!tokens.Skip("]"))
        {
            items.Add(expressions.Parse());
            if (!tokens.Current.Is("]")) { tokens.Expect(","); }
        }
        return new SequenceExpression(line, items, SequenceKind.List);
    }

    private MappingExpression ParseMapping(ExpressionParser expressions)
    {
        var line = tokens.Take().Line;
        var entries = new List<(Expression, Expression)>();
        while (!tokens.Skip("}"))
        {
            var key = expressions.Parse();
            tokens.Expect(":");
            entries.Add((key, expressions.Parse()));
            if (!tokens.Current.Is("}")) { tokens.Expect(","); }
        }
        return new MappingExpression(line, entries);
    }
}
