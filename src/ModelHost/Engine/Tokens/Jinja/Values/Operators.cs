using Platform.ModelHost.Engine.Tokens.Jinja.Functions;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Values;

/// <summary>What the operators do with values.</summary>
internal static class Operators
{
    internal static object? Calculate(Budget budget, string symbol, object? left, object? right)
    {
        if (PythonNumber.IsNumber(left) && PythonNumber.IsNumber(right)) { return PythonNumber.Calculate(symbol, left!, right!); }
        return (symbol, left, right) switch
        {
            ("+", string a, string b) => Concatenate(budget, a, b),
            ("+", Sequence { HasPlaces: true } a, Sequence { HasPlaces: true } b) when a.Kind == b.Kind => Concatenate(budget, a, b),
            ("*", string text, _) when PythonNumber.AsLong(right) is { } count => Repeat(budget, text, count),
            ("*", _, string text) when PythonNumber.AsLong(left) is { } count => Repeat(budget, text, count),
            ("*", Sequence { HasPlaces: true } sequence, _) when PythonNumber.AsLong(right) is { } count => Repeat(budget, sequence, count),
            ("*", _, Sequence { HasPlaces: true } sequence) when PythonNumber.AsLong(left) is { } count => Repeat(budget, sequence, count),
            ("%", string format, _) => TextFormat.Percent(budget, format, right),
            _ => throw (left as Undefined ?? right as Undefined)?.Fault() ?? TemplateException.Evaluation($"'{symbol}' does not go between {PythonValue.TypeName(left)} and {PythonValue.TypeName(right)}."),
        };
    }

    internal static bool Holds(Run run, string symbol, object? left, object? right) => symbol switch
    {
        "==" => run.AreEqual(left, right),
        "!=" => !run.AreEqual(left, right),
        "<" => run.Compare(left, right) < 0,
        "<=" => run.Compare(left, right) <= 0,
        ">" => run.Compare(left, right) > 0,
        ">=" => run.Compare(left, right) >= 0,
        "in" => Contains(run, right, left),
        _ => !Contains(run, right, left),
    };

    internal static bool Contains(Run run, object? whole, object? part)
    {
        switch (whole)
        {
            case string text:
                if (part is not string piece) { throw part is Undefined missing ? missing.Fault() : TemplateException.Evaluation($"'in' a text wants a text, not {PythonValue.TypeName(part)}."); }
                run.Budget.Text(text.Length);
                return TextSearch.First(run.Budget, text, piece) >= 0;
            case Mapping mapping:
                return part is not (Undefined or Sequence or Mapping) && mapping.TryGet(part, out _);
            default:
                return run.Items(whole).Any(item => run.AreEqual(item, part));
        }
    }

    private static string Concatenate(Budget budget, string left, string right)
    {
        budget.Text((long)left.Length + right.Length);
        return left + right;
    }

    private static Sequence Concatenate(Budget budget, Sequence left, Sequence right)
    {
        budget.CheckLength((long)left.Items.Count + right.Items.Count);
        budget.Step(left.Items.Count + right.Items.Count);
        return new Sequence([.. left.Items, .. right.Items], left.Kind);
    }

    private static string Repeat(Budget budget, string text, long count)
    {
        if (count <= 0 || text.Length == 0) { return ""; }
        budget.Text(Product(text.Length, count));
        return string.Concat(Enumerable.Repeat(text, (int)count));
    }

    private static Sequence Repeat(Budget budget, Sequence sequence, long count)
    {
        if (count <= 0 || sequence.Items.Count == 0) { return new Sequence([], sequence.Kind); }
        var length = Product(sequence.Items.Count, count);
        budget.CheckLength(length);
        budget.Step(length);
        return new Sequence([.. Enumerable.Repeat(sequence.Items, (int)count).SelectMany(items => items)], sequence.Kind);
    }

    private static long Product(long a, long b) => b > long.MaxValue / a ? long.MaxValue : a * b;
}
