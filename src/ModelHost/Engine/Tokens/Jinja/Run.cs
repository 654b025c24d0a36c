using System.Text;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja;

/// <summary>One application of a template: what is left of its limits, and where it is.</summary>
internal sealed class Run(Budget budget, TimeProvider time)
{
    private int callDepth;

    internal Budget Budget { get; } = budget;

    internal TimeProvider Time { get; } = time;

    /// <summary>The line of the node that was last begun: where a fault is.</summary>
    internal int Line { get; private set; }

    internal void At(int line)
    {
        Line = line;
        Budget.Step();
    }

    internal string Text(object? value) => PythonValue.Text(Budget, value);

    internal bool AreEqual(object? left, object? right) => PythonValue.AreEqual(Budget, left, right);

    internal int Compare(object? left, object? right) => PythonValue.Compare(Budget, left, right);

    internal void Write(StringBuilder output, string text)
    {
        Budget.Write(text.Length);
        output.Append(text);
    }

    /// <summary>The items that a loop over a value visits.</summary>
    /// <exception cref="TemplateException">It cannot be looped over.</exception>
    internal IReadOnlyList<object?> Items(object? value)
    {
        IReadOnlyList<object?> items = value switch
        {
            Sequence sequence => sequence.Items,
            Mapping mapping => [.. mapping.Keys],
            string text => PythonText.Characters(text),
            Undefined { IsForbidden: false } => [],
            Undefined missing => throw missing.Fault(),
            _ => throw TemplateException.Evaluation($"{PythonValue.TypeName(value)} cannot be looped over."),
        };
        Budget.Step(items.Count);
        return items;
    }

    internal object? Call(object? callee, Arguments arguments)
    {
        if (callee is not Callable function) { throw callee is Undefined missing ? missing.Fault() : TemplateException.Evaluation($"{PythonValue.TypeName(callee)} cannot be called."); }
        Budget.CheckCallDepth(++callDepth);
        var result = function.Call(this, arguments);
        callDepth--;
        return result;
    }
}
