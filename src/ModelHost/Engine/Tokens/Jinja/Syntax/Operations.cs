using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>+ - * / // % ** between two values.</summary>
internal sealed class Calculation(int line, string symbol, Expression left, Expression right) : Expression(line)
{
    protected override object? Value(Scope scope) => Operators.Calculate(scope.Run.Budget, symbol, left.Evaluate(scope), right.Evaluate(scope));
}

internal sealed class Sign(int line, string symbol, Expression operand) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        var value = operand.Evaluate(scope);
        return value is double number && symbol == "-" ? -number : Operators.Calculate(scope.Run.Budget, symbol, 0L, value); // 0 - 0.0 would lose the sign
    }
}

/// <summary>~ joins texts.</summary>
internal sealed class Joining(int line, IReadOnlyList<Expression> parts) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        var texts = parts.Select(part => scope.Run.Text(part.Evaluate(scope))).ToArray();
        scope.Run.Budget.Text(texts.Sum(text => (long)text.Length));
        return string.Concat(texts);
    }
}

internal sealed class Negation(int line, Expression operand) : Expression(line)
{
    protected override object? Value(Scope scope) => !PythonValue.IsTrue(operand.Evaluate(scope));
}

/// <summary>and, or: give the operand that decides.</summary>
internal sealed class Choice(int line, bool isOr, Expression left, Expression right) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        var value = left.Evaluate(scope);
        return PythonValue.IsTrue(value) == isOr ? value : right.Evaluate(scope);
    }
}

/// <summary>a &lt; b &lt;= c …: true when each holds with its neighbour.</summary>
internal sealed class Comparison(int line, Expression first, IReadOnlyList<(string Symbol, Expression Operand)> rest) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        var left = first.Evaluate(scope);
        foreach (var (symbol, operand) in rest)
        {
            var right = operand.Evaluate(scope);
            if (!Operators.Holds(scope.Run, symbol, left, right)) { return false; }
            left = right;
        }
        return true;
    }
}

/// <summary>a if condition else b.</summary>
internal sealed class Conditional(int line, Expression condition, Expression then, Expression? otherwise) : Expression(line)
{
    protected override object? Value(Scope scope) =>
        PythonValue.IsTrue(condition.Evaluate(scope)) ? then.Evaluate(scope)
        : otherwise is null ? new Undefined("An 'if' without 'else' gave no value.")
        : otherwise.Evaluate(scope);
}
