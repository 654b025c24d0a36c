using System.Text;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>Text outside of tags.</summary>
internal sealed class TextStatement(int line, string text) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output)
    {
        scope.Run.Write(output, text);
        return Flow.Next;
    }
}

/// <summary>{{ value }}</summary>
internal sealed class PrintStatement(int line, Expression value) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output)
    {
        scope.Run.Write(output, scope.Run.Text(value.Evaluate(scope)));
        return Flow.Next;
    }
}

internal sealed class IfStatement(int line, IReadOnlyList<(Expression Condition, Block Body)> branches, Block? otherwise) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output)
    {
        foreach (var (condition, body) in branches)
        {
            if (PythonValue.IsTrue(condition.Evaluate(scope))) { return body.Render(scope, output); }
        }
        return otherwise?.Render(scope, output) ?? Flow.Next;
    }
}

internal sealed class SetStatement(int line, Expression target, Expression value) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output)
    {
        Assignment.Set(scope, target, value.Evaluate(scope));
        return Flow.Next;
    }
}

/// <summary>{% set name %}…{% endset %}</summary>
internal sealed class SetBlockStatement(int line, Expression target, FilterExpression? filter, Block body) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output)
    {
        var text = body.Capture(scope.Inner());
        Assignment.Set(scope, target, filter is null ? text : filter.ApplyTo(scope, text));
        return Flow.Next;
    }
}

/// <summary>{% filter name %}…{% endfilter %}</summary>
internal sealed class FilterStatement(int line, FilterExpression filter, Block body) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output)
    {
        scope.Run.Write(output, scope.Run.Text(filter.ApplyTo(scope, body.Capture(scope.Inner()))));
        return Flow.Next;
    }
}

/// <summary>{% with a = 1 %}…{% endwith %}, and {% generation %}, which only has a scope of its own.</summary>
internal sealed class WithStatement(int line, IReadOnlyList<(Expression Target, Expression Value)> names, Block body) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output)
    {
        var inner = scope.Inner();
        foreach (var (target, value) in names) { Assignment.Set(inner, target, value.Evaluate(scope)); }
        return body.Render(inner, output);
    }
}

internal sealed class JumpStatement(int line, Flow flow) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output) => flow;
}

internal sealed class MacroStatement(int line, Macro macro) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output)
    {
        scope.Set(macro.Name, macro.In(scope));
        return Flow.Next;
    }
}

/// <summary>{% call macro(…) %}…{% endcall %}</summary>
internal sealed class CallStatement(int line, CallExpression call, Macro body) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output)
    {
        scope.Run.Write(output, scope.Run.Text(call.Call(scope, body.In(scope))));
        return Flow.Next;
    }
}

/// <summary>What stands left of "=".</summary>
internal static class Assignment
{
    internal static void Set(Scope scope, Expression target, object? value)
    {
        switch (target)
        {
            case NameExpression name:
                scope.Set(name.Name, value);
                break;
            case MemberTarget member:
                var space = scope.Get(member.Space) as Namespace ?? throw TemplateException.Evaluation($"'{member.Space}' is no namespace, so '{member.Space}.{member.Member}' cannot be set.");
                space.Members[member.Member] = value;
                break;
            case SequenceExpression targets:
                var items = scope.Run.Items(value);
                if (items.Count != targets.Items.Count) { throw TemplateException.Evaluation($"{items.Count} values are given to {targets.Items.Count} names."); }
                for (var i = 0; i < items.Count; i++) { Set(scope, targets.Items[i], items[i]); }
                break;
        }
    }
}
