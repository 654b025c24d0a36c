using System.Text;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

/// <summary>{% for target in items if condition %}…{% else %}…{% endfor %}. Every round has a scope of its own: what it sets is gone in the next.</summary>
internal sealed class ForStatement(int line, Expression target, Expression items, Expression? condition, bool isRecursive, Block body, Block? otherwise) : Statement(line)
{
    internal override Flow Render(Scope scope, StringBuilder output) => Render(scope, output, items.Evaluate(scope), 0);

    private Flow Render(Scope scope, StringBuilder output, object? over, int depth)
    {
        var visited = Visited(scope, over);
        if (visited.Count == 0) { return otherwise?.Render(scope.Inner(), output) ?? Flow.Next; }
        var again = !isRecursive ? null : new Callable("loop", (_, arguments) =>
        {
            var inner = new StringBuilder();
            Render(scope, inner, arguments.Bind("loop", "items").Required(0), depth + 1);
            return inner.ToString();
        });
        var loop = new LoopState(visited, depth, again);
        for (var i = 0; i < visited.Count; i++)
        {
            loop.Index = i;
            var round = scope.Inner();
            round.Set("loop", loop);
            Assignment.Set(round, target, visited[i]);
            if (body.Render(round, output) == Flow.Break) { break; }
        }
        return Flow.Next;
    }

    private IReadOnlyList<object?> Visited(Scope scope, object? over)
    {
        var all = scope.Run.Items(over);
        if (condition is null) { return all; }
        var chosen = new List<object?>();
        foreach (var item in all)
        {
            var round = scope.Inner();
            Assignment.Set(round, target, item);
            if (PythonValue.IsTrue(condition.Evaluate(round))) { chosen.Add(item); }
        }
        return chosen;
    }
}
