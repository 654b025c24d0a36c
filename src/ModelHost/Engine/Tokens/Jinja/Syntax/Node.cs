using System.Text;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>An expression: gives a value.</summary>
internal abstract class Expression(int line)
{
    internal int Line { get; } = line;

    internal object? Evaluate(Scope scope)
    {
        Budget.CheckStack(); // 1 + 1 + 1 … is a tree as deep as it is long
        scope.Run.At(Line);
        return Value(scope);
    }

    protected abstract object? Value(Scope scope);
}

/// <summary>How a statement ends: on to the next, out of the loop, or on to the loop's next round.</summary>
internal enum Flow { Next, Break, Continue }

/// <summary>A statement: writes.</summary>
internal abstract class Statement(int line)
{
    internal int Line { get; } = line;

    internal abstract Flow Render(Scope scope, StringBuilder output);
}

/// <summary>Statements one after the other.</summary>
internal sealed class Block(IReadOnlyList<Statement> statements)
{
    internal Flow Render(Scope scope, StringBuilder output)
    {
        Budget.CheckStack();
        foreach (var statement in statements)
        {
            scope.Run.At(statement.Line);
            var flow = statement.Render(scope, output);
            if (flow != Flow.Next) { return flow; }
        }
        return Flow.Next;
    }

    internal string Capture(Scope scope)
    {
        var output = new StringBuilder();
        Render(scope, output);
        return output.ToString();
    }
}
