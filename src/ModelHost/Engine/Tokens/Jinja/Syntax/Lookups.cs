using Platform.ModelHost.Engine.Tokens.Jinja.Functions;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>of.name</summary>
internal sealed class MemberExpression(int line, Expression of, string name) : Expression(line)
{
    protected override object? Value(Scope scope) => Access.Member(of.Evaluate(scope), name);
}

/// <summary>of[key]</summary>
internal sealed class ItemExpression(int line, Expression of, Expression key) : Expression(line)
{
    protected override object? Value(Scope scope) => Access.Item(of.Evaluate(scope), key.Evaluate(scope));
}

/// <summary>of[start:stop:step]</summary>
internal sealed class SliceExpression(int line, Expression of, Expression? start, Expression? stop, Expression? step) : Expression(line)
{
    protected override object? Value(Scope scope) => Access.Slice(scope.Run.Budget, of.Evaluate(scope), start?.Evaluate(scope), stop?.Evaluate(scope), step?.Evaluate(scope));
}

/// <summary>The arguments as they are written in a call.</summary>
internal sealed record ArgumentExpressions(IReadOnlyList<Expression> ByPlace, IReadOnlyList<(string Name, Expression Value)> ByName, Expression? MoreByPlace, Expression? MoreByName)
{
    internal static ArgumentExpressions None { get; } = new([], [], null, null);

    internal Arguments Evaluate(Scope scope)
    {
        if (ByPlace.Count == 0 && ByName.Count == 0 && MoreByPlace is null && MoreByName is null) { return Arguments.None; }
        var byPlace = new List<object?>(ByPlace.Select(argument => argument.Evaluate(scope)));
        if (MoreByPlace is not null) { byPlace.AddRange(scope.Run.Items(MoreByPlace.Evaluate(scope))); }
        var byName = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in ByName) { byName[name] = value.Evaluate(scope); }
        if (MoreByName is null) { return new Arguments(byPlace, byName); }
        var more = MoreByName.Evaluate(scope) as Mapping ?? throw TemplateException.Evaluation("After '**' a mapping must stand.");
        foreach (var (name, value) in more.Entries) { byName[name as string ?? throw TemplateException.Evaluation("The names of arguments must be texts.")] = value; }
        return new Arguments(byPlace, byName);
    }
}

/// <summary>callee(arguments)</summary>
internal sealed class CallExpression(int line, Expression callee, ArgumentExpressions arguments) : Expression(line)
{
    protected override object? Value(Scope scope) => Call(scope, null);

    /// <summary>Calls with a block of text that the callee gets as 'caller'.</summary>
    internal object? Call(Scope scope, Callable? caller)
    {
        var function = callee.Evaluate(scope);
        var given = arguments.Evaluate(scope);
        if (caller is not null) { given = new Arguments(given.ByPlace, new Dictionary<string, object?>(given.ByName, StringComparer.Ordinal) { ["caller"] = caller }); }
        var result = scope.Run.Call(function is LoopState { Again: { } again } ? again : function, given);
        scope.Run.At(Line); // faults after the call are not inside it
        return result;
    }
}

/// <summary>input | name(arguments)</summary>
internal sealed class FilterExpression(int line, Expression? input, string name, ArgumentExpressions arguments) : Expression(line)
{
    protected override object? Value(Scope scope) => Apply(scope, input?.Evaluate(scope));

    /// <summary>The filter on a value that stands elsewhere; filters to its left come first.</summary>
    internal object? ApplyTo(Scope scope, string text)
    {
        Budget.CheckStack();
        scope.Run.At(Line);
        return Apply(scope, input is FilterExpression left ? left.ApplyTo(scope, text) : text);
    }

    private object? Apply(Scope scope, object? value) => Filters.Find(name)(scope.Run, value, arguments.Evaluate(scope));
}

/// <summary>value is name(arguments)</summary>
internal sealed class TestExpression(int line, Expression value, string name, ArgumentExpressions arguments) : Expression(line)
{
    protected override object? Value(Scope scope) => ValueTests.Find(name)(scope.Run, value.Evaluate(scope), arguments.Evaluate(scope));
}
