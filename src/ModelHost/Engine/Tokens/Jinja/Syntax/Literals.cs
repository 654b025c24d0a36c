using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

internal sealed class Constant(int line, object? value) : Expression(line)
{
    protected override object? Value(Scope scope) => value;
}

internal sealed class NameExpression(int line, string name) : Expression(line)
{
    internal string Name { get; } = name;

    protected override object? Value(Scope scope) => scope.Get(Name);
}

internal sealed class SequenceExpression(int line, IReadOnlyList<Expression> items, SequenceKind kind) : Expression(line)
{
    internal IReadOnlyList<Expression> Items { get; } = items;

    internal SequenceKind Kind { get; } = kind;

    protected override object? Value(Scope scope) => new Sequence([.. Items.Select(item => item.Evaluate(scope))], Kind);
}

internal sealed class MappingExpression(int line, IReadOnlyList<(Expression Key, Expression Value)> entries) : Expression(line)
{
    protected override object? Value(Scope scope)
    {
        var mapping = new Mapping();
        foreach (var (key, value) in entries) { mapping.Set(key.Evaluate(scope), value.Evaluate(scope)); }
        return mapping;
    }
}

/// <summary>Left of "=", where a namespace's member is set.</summary>
internal sealed class MemberTarget(int line, string space, string member) : Expression(line)
{
    internal string Space { get; } = space;

    internal string Member { get; } = member;

    protected override object? Value(Scope scope) => throw TemplateException.Evaluation($"'{Space}.{Member}' is no value here.");
}
