namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

internal enum TokenKind { Data, VariableBegin, VariableEnd, BlockBegin, BlockEnd, Name, Text, Number, Operator, End }

/// <summary>One token of a template.</summary>
/// <param name="Text">Its text; of a string literal, what it stands for.</param>
/// <param name="Number">Of a number, its value.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, object? Number = null)
{
    internal bool Is(string symbol) => Kind == TokenKind.Operator && Text == symbol;

    internal bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.BlockEnd => "the end of the tag",
        TokenKind.VariableEnd => "the end of the expression",
        TokenKind.Data => "text",
        _ => $"'{Text}'",
    };
}
