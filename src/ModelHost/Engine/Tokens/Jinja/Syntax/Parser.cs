using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>Statements: from tokens to the tree that is rendered.</summary>
internal sealed class Parser
{
    private const int MostTagsInside = 100;

    private readonly TokenStream tokens;
    private readonly ExpressionParser expressions;
    private int depth;
    private int loops;

    private Parser(TokenStream tokens)
    {
        this.tokens = tokens;
        expressions = new ExpressionParser(tokens);
    }

    /// <exception cref="TemplateException">Kinds Syntax and Limit.</exception>
    internal static Block Parse(string source)
    {
        var parser = new Parser(new TokenStream(Lexer.Read(source)));
        return parser.ParseBlock();
    }

    /// <summary>Statements up to a tag of one of these names, which is left behind "{%"; without names, up to the end.</summary>
    private Block ParseBlock(params string[] ends)
    {
        if (++depth > MostTagsInside) { throw new TemplateException(TemplateFault.Limit, $"The template's tags nest more than {MostTagsInside} deep.", tokens.Current.Line); }
        var statements = new List<Statement>();
        while (true)
        {
            var token = tokens.Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new TextStatement(token.Line, token.Text));
                    break;
                case TokenKind.VariableBegin:
                    statements.Add(new PrintStatement(token.Line, expressions.ParseTuple()));
                    tokens.Expect(TokenKind.VariableEnd);
                    break;
                case TokenKind.BlockBegin when tokens.Current.Kind == TokenKind.Name && ends.Contains(tokens.Current.Text):
                    depth--;
                    return new Block(statements);
                case TokenKind.BlockBegin:
                    statements.Add(ParseStatement());
                    tokens.Expect(TokenKind.BlockEnd);
                    break;
                default:
                    if (ends.Length > 0) { throw tokens.Fault($"'{ends[^1]}' is missing."); }
                    depth--;
                    return new Block(statements);
            }
        }
    }

    /// <summary>The body of a tag, from the end of its opening to its closing tag.</summary>
    private Block ParseBody(params string[] ends)
    {
        tokens.Skip(":");
        tokens.Expect(TokenKind.BlockEnd);
        return ParseBlock(ends);
    }

    private Block ParseBodyAndEnd(string end)
    {
        var body = ParseBody(end);
        tokens.ExpectName(end);
        return body;
    }

    private Statement ParseStatement()
    {
        var tag = tokens.Expect(TokenKind.Name);
        return tag.Text switch
        {
            "if" => ParseIf(tag.Line),
            "for" => ParseFor(tag.Line),
            "set" => ParseSet(tag.Line),
            "macro" => ParseMacro(tag.Line),
            "call" => ParseCall(tag.Line),
            "filter" => new FilterStatement(tag.Line, ParseInlineFilter(), ParseBodyAndEnd("endfilter")),
            "with" => ParseWith(tag.Line),
            "generation" => new WithStatement(tag.Line, [], ParseBodyAndEnd("endgeneration")),
            "print" => new PrintStatement(tag.Line, expressions.ParseTuple()),
            "break" when loops > 0 => new JumpStatement(tag.Line, Flow.Break),
            "continue" when loops > 0 => new JumpStatement(tag.Line, Flow.Continue),
            _ => throw new TemplateException(TemplateFault.Syntax, $"The tag '{tag.Text}' is not known here.", tag.Line),
        };
    }

    private IfStatement ParseIf(int line)
    {
        var branches = new List<(Expression, Block)>();
        do { branches.Add((expressions.ParseTuple(withConditional: false), ParseBody("elif", "else", "endif"))); } while (tokens.SkipName("elif"));
        var otherwise = tokens.SkipName("else") ? ParseBody("endif") : null;
        tokens.ExpectName("endif");
        return new IfStatement(line, branches, otherwise);
    }

    private ForStatement ParseFor(int line)
    {
        var target = ParseTarget(withMembers: false);
        tokens.ExpectName("in");
        var items = expressions.ParseTuple(withConditional: false);
        var condition = tokens.SkipName("if") ? expressions.Parse() : null;
        var isRecursive = tokens.SkipName("recursive");
        loops++;
        var body = ParseBody("else", "endfor");
        loops--;
        var otherwise = tokens.SkipName("else") ? ParseBody("endfor") : null;
        tokens.ExpectName("endfor");
        return new ForStatement(line, target, items, condition, isRecursive, body, otherwise);
    }

    private Statement ParseSet(int line)
    {
        var target = ParseTarget(withMembers: true);
        if (tokens.Skip("=")) { return new SetStatement(line, target, expressions.ParseTuple()); }
        var filter = expressions.ParseFilters(null);
        return new SetBlockStatement(line, target, filter, ParseBodyAndEnd("endset"));
    }

    private WithStatement ParseWith(int line)
    {
        var names = new List<(Expression, Expression)>();
        while (tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (names.Count > 0) { tokens.Expect(","); }
            var name = tokens.Expect(TokenKind.Name);
            tokens.Expect("=");
            names.Add((new NameExpression(name.Line, name.Text), expressions.Parse()));
        }
        return new WithStatement(line, names, ParseBodyAndEnd("endwith"));
    }

    private MacroStatement ParseMacro(int line)
    {
        var name = tokens.Expect(TokenKind.Name).Text;
        return new MacroStatement(line, ParseMacroBody(name, ParseParameters(), "endmacro"));
    }

    private CallStatement ParseCall(int line)
    {
        var parameters = tokens.Current.Is("(") ? ParseParameters() : [];
        var call = expressions.Parse() as CallExpression ?? throw tokens.Fault("After 'call' a call is expected.");
        return new CallStatement(line, call, ParseMacroBody("caller", parameters, "endcall"));
    }

    private Macro ParseMacroBody(string name, IReadOnlyList<(string, Expression?)> parameters, string end)
    {
        var outside = new HashSet<string>(expressions.ReadNames, StringComparer.Ordinal);
        expressions.ReadNames.Clear();
        var outerLoops = loops;
        loops = 0;
        var body = ParseBodyAndEnd(end);
        loops = outerLoops;
        var macro = new Macro(name, parameters, body, new HashSet<string>(expressions.ReadNames, StringComparer.Ordinal));
        expressions.ReadNames.UnionWith(outside);
        return macro;
    }

    private List<(string, Expression?)> ParseParameters()
    {
        tokens.Expect("(");
        var parameters = new List<(string, Expression?)>();
        while (!tokens.Skip(")"))
        {
            if (parameters.Count > 0) { tokens.Expect(","); }
            var name = tokens.Expect(TokenKind.Name).Text;
            parameters.Add((name, tokens.Skip("=") ? expressions.Parse() : null));
        }
        return parameters;
    }

    /// <summary>The filter of {% filter name(…) | other %}.</summary>
    private FilterExpression ParseInlineFilter()
    {
        var first = expressions.ParseFilter(null);
        return expressions.ParseFilters(first) ?? first;
    }

    private Expression ParseTarget(bool withMembers)
    {
        var line = tokens.Current.Line;
        var inParentheses = tokens.Skip("(");
        var targets = new List<Expression>();
        var isTuple = false;
        do
        {
            if (targets.Count > 0) { isTuple = true; }
            if (tokens.Current.Kind != TokenKind.Name || tokens.Current.Text == "in") { break; }
            var name = tokens.Take();
            targets.Add(withMembers && tokens.Skip(".") ? new MemberTarget(name.Line, name.Text, tokens.Expect(TokenKind.Name).Text) : new NameExpression(name.Line, name.Text));
        }
        while (tokens.Skip(","));
        if (inParentheses) { tokens.Expect(")"); }
        if (targets.Count == 0) { throw tokens.Fault($"A name is expected, not {tokens.Current}."); }
        return isTuple ? new SequenceExpression(line, targets, SequenceKind.Tuple) : targets[0];
    }
}
