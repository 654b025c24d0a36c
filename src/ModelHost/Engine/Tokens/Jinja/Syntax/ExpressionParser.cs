using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>Expressions, from the loosest binding operator to the tightest.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    private readonly PrimaryParser primary = new(tokens);
    private readonly HashSet<string> readNames = new(StringComparer.Ordinal);

    /// <summary>Every name that was read so far.</summary>
    internal HashSet<string> ReadNames => readNames;

    internal Expression Parse(bool withConditional = true) => withConditional ? ParseConditional() : ParseOr();

    /// <summary>An expression, or several with commas between them: a tuple.</summary>
    internal Expression ParseTuple(bool withConditional = true, bool inParentheses = false)
    {
        var line = tokens.Current.Line;
        var items = new List<Expression>();
        var isTuple = false;
        while (!IsTupleEnd())
        {
            items.Add(Parse(withConditional));
            if (!tokens.Skip(",")) { break; }
            isTuple = true;
        }
        if (!isTuple && items.Count == 1) { return items[0]; }
        return isTuple || inParentheses ? new SequenceExpression(line, items, SequenceKind.Tuple) : throw tokens.Fault($"An expression is expected, not {tokens.Current}.");
    }

    internal FilterExpression? ParseFilters(Expression? input)
    {
        FilterExpression? filter = null;
        while (tokens.Skip("|")) { filter = ParseFilter(filter ?? input); }
        return filter;
    }

    internal FilterExpression ParseFilter(Expression? input)
    {
        var name = tokens.Expect(TokenKind.Name);
        return new FilterExpression(name.Line, input, name.Text, tokens.Current.Is("(") ? ParseArguments() : ArgumentExpressions.None);
    }

    internal ArgumentExpressions ParseArguments()
    {
        tokens.Expect("(");
        var byPlace = new List<Expression>();
        var byName = new List<(string, Expression)>();
        Expression? moreByPlace = null, moreByName = null;
        while (!tokens.Skip(")"))
        {
            if (tokens.Skip("*")) { moreByPlace = Parse(); }
            else if (tokens.Skip("**")) { moreByName = Parse(); }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Next.Is("="))
            {
                var name = tokens.Take().Text;
                tokens.Take();
                byName.Add((name, Parse()));
            }
            else if (byName.Count == 0 && moreByName is null) { byPlace.Add(Parse()); }
            else { throw tokens.Fault("An argument without a name stands after one with a name."); }
            if (!tokens.Current.Is(")")) { tokens.Expect(","); }
        }
        return new ArgumentExpressions(byPlace, byName, moreByPlace, moreByName);
    }

    private bool IsTupleEnd() => tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.End || tokens.Current.Is(")") || tokens.Current.IsName("recursive");

    private Expression ParseConditional()
    {
        Budget.CheckStack();
        var value = ParseOr();
        while (tokens.Current.IsName("if"))
        {
            var line = tokens.Take().Line;
            var condition = ParseOr();
            value = new Conditional(line, condition, value, tokens.SkipName("else") ? ParseConditional() : null);
        }
        return value;
    }

    private Expression ParseOr()
    {
        Budget.CheckStack();
        var left = ParseAnd();
        while (tokens.Current.IsName("or")) { left = new Choice(tokens.Take().Line, true, left, ParseAnd()); }
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.Current.IsName("and")) { left = new Choice(tokens.Take().Line, false, left, ParseNot()); }
        return left;
    }

    private Expression ParseNot()
    {
        Budget.CheckStack();
        return tokens.Current.IsName("not") ? new Negation(tokens.Take().Line, ParseNot()) : ParseComparison();
    }

    private Expression ParseComparison()
    {
        var line = tokens.Current.Line;
        var first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (tokens.Current.Kind == TokenKind.Operator && Comparisons.Contains(tokens.Current.Text)) { rest.Add((tokens.Take().Text, ParseSum())); }
            else if (tokens.SkipName("in")) { rest.Add(("in", ParseSum())); }
            else if (tokens.Current.IsName("not") && tokens.Next.IsName("in"))
            {
                tokens.Take();
                tokens.Take();
                rest.Add(("not in", ParseSum()));
            }
            else { return rest.Count == 0 ? first : new Comparison(line, first, rest); }
        }
    }

    private Expression ParseSum()
    {
        var left = ParseJoining();
        while (tokens.Current.Is("+") || tokens.Current.Is("-"))
        {
            var symbol = tokens.Take();
            left = new Calculation(symbol.Line, symbol.Text, left, ParseJoining());
        }
        return left;
    }

    private Expression ParseJoining()
    {
        var line = tokens.Current.Line;
        var parts = new List<Expression> { ParseProduct() };
        while (tokens.Skip("~")) { parts.Add(ParseProduct()); }
        return parts.Count == 1 ? parts[0] : new Joining(line, parts);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (tokens.Current.Is("*") || tokens.Current.Is("/") || tokens.Current.Is("//") || tokens.Current.Is("%"))
        {
            var symbol = tokens.Take();
            left = new Calculation(symbol.Line, symbol.Text, left, ParsePower());
        }
        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary(true);
        while (tokens.Current.Is("**")) { left = new Calculation(tokens.Take().Line, "**", left, ParseUnary(true)); }
        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        Budget.CheckStack();
        Expression value;
        if (tokens.Current.Is("-") || tokens.Current.Is("+"))
        {
            var symbol = tokens.Take();
            value = new Sign(symbol.Line, symbol.Text, ParseUnary(false));
        }
        else { value = primary.Parse(this); }
        value = ParsePostfix(value);
        return withFilters ? ParseAfterValue(value) : value;
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            if (tokens.Current.Is(".")) { value = primary.ParseMember(value); }
            else if (tokens.Current.Is("[")) { value = primary.ParseItem(this, value); }
            else if (tokens.Current.Is("(")) { value = new CallExpression(tokens.Current.Line, value, ParseArguments()); }
            else { return value; }
        }
    }

    private Expression ParseAfterValue(Expression value)
    {
        while (true)
        {
            if (tokens.Current.Is("|")) { value = ParseFilters(value)!; }
            else if (tokens.Current.IsName("is")) { value = ParseTest(value); }
            else if (tokens.Current.Is("(")) { value = new CallExpression(tokens.Current.Line, value, ParseArguments()); }
            else { return value; }
        }
    }

    private Expression ParseTest(Expression value)
    {
        var line = tokens.Take().Line;
        var isNegated = tokens.SkipName("not");
        var name = tokens.Expect(TokenKind.Name).Text;
        var arguments = ArgumentExpressions.None;
        var next = tokens.Current;
        if (next.Is("(")) { arguments = ParseArguments(); }
        else if (next.Kind is TokenKind.Text or TokenKind.Number || next.Is("[") || next.Is("{") || (next.Kind == TokenKind.Name && next.Text is not ("else" or "or" or "and" or "if" or "in" or "not" or "is")))
        {
            arguments = new ArgumentExpressions([ParsePostfix(primary.Parse(this))], [], null, null);
        }
        Expression test = new TestExpression(line, value, name, arguments);
        return isNegated ? new Negation(line, test) : test;
    }
}
