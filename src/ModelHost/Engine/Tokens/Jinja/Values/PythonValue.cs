using System.Globalization;
using System.Numerics;
using System.Text;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Values;

/// <summary>Truth, equality, order and text of values, as Python has them.</summary>
internal static class PythonValue
{
    internal static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool b => b,
        string text => text.Length > 0,
        Sequence { Kind: not SequenceKind.Generator } sequence => sequence.Items.Count > 0,
        Mapping mapping => mapping.Count > 0,
        _ => !PythonNumber.IsNumber(value) || PythonNumber.AsDouble(value) != 0,
    };

    internal static string TypeName(object? value) => value switch
    {
        null => "None",
        Undefined => "an undefined value",
        bool => "a truth value",
        string => "a text",
        long or BigInteger => "a whole number",
        double => "a number",
        Sequence => "a list",
        Mapping => "a mapping",
        Namespace => "a namespace",
        _ => "a function",
    };

    internal static bool AreEqual(Budget budget, object? left, object? right)
    {
        budget.Step();
        if (ReferenceEquals(left, right)) { return true; }
        if (PythonNumber.IsNumber(left) && PythonNumber.IsNumber(right)) { return PythonNumber.Compare(left!, right!) == 0; }
        return (left, right) switch
        {
            (string a, string b) => string.Equals(a, b, StringComparison.Ordinal),
            (Undefined, Undefined) => true,
            (Sequence a, Sequence b) => a.Kind == b.Kind && a.HasPlaces && a.Items.Count == b.Items.Count && AreEqualItems(budget, a, b),
            (Mapping a, Mapping b) => a.Count == b.Count && AreEqualEntries(budget, a, b),
            _ => false,
        };
    }

    /// <exception cref="TemplateException">The two have no order.</exception>
    internal static int Compare(Budget budget, object? left, object? right)
    {
        budget.Step();
        if (PythonNumber.IsNumber(left) && PythonNumber.IsNumber(right)) { return PythonNumber.Compare(left!, right!); }
        if (left is string a && right is string b) { return string.CompareOrdinal(a, b); }
        if (left is not Sequence { HasPlaces: true } x || right is not Sequence { HasPlaces: true } y || x.Kind != y.Kind)
        {
            throw (left as Undefined ?? right as Undefined)?.Fault() ?? TemplateException.Evaluation($"{TypeName(left)} and {TypeName(right)} have no order.");
        }
        Budget.CheckStack();
        for (var i = 0; i < x.Items.Count && i < y.Items.Count; i++)
        {
            if (!AreEqual(budget, x.Items[i], y.Items[i])) { return Compare(budget, x.Items[i], y.Items[i]); }
        }
        return x.Items.Count.CompareTo(y.Items.Count);
    }

    /// <summary>What printing a value writes.</summary>
    internal static string Text(Budget budget, object? value)
    {
        if (value is string text) { return text; }
        if (value is Undefined missing) { return missing.IsForbidden ? throw missing.Fault() : ""; }
        var output = new StringBuilder();
        AppendCode(budget, output, value);
        return output.ToString();
    }

    /// <summary>What a value reads as inside a printed list.</summary>
    internal static void AppendCode(Budget budget, StringBuilder output, object? value)
    {
        budget.Step();
        budget.CheckLength(output.Length);
        switch (value)
        {
            case null: output.Append("None"); break;
            case Undefined: output.Append("Undefined"); break;
            case bool b: output.Append(b ? "True" : "False"); break;
            case long n: output.Append(n); break;
            case BigInteger n: output.Append(n.ToString(CultureInfo.InvariantCulture)); break;
            case double n: output.Append(PythonNumber.Text(n)); break;
            case string text: PythonText.AppendQuoted(output, text); break;
            case Sequence sequence: AppendSequence(budget, output, sequence); break;
            case Mapping mapping: AppendMapping(budget, output, mapping); break;
            case Namespace: output.Append("<Namespace>"); break;
            default: output.Append("<function>"); break;
        }
    }

    private static void AppendSequence(Budget budget, StringBuilder output, Sequence sequence)
    {
        Budget.CheckStack();
        var (open, close) = sequence.Kind switch
        {
            SequenceKind.List => ("[", "]"),
            SequenceKind.Tuple => ("(", sequence.Items.Count == 1 ? ",)" : ")"),
            SequenceKind.View => ("dict_view([", "])"),
            _ => ("<generator of ", ">"),
        };
        output.Append(open);
        for (var i = 0; i < sequence.Items.Count; i++)
        {
            if (i > 0) { output.Append(", "); }
            AppendCode(budget, output, sequence.Items[i]);
        }
        output.Append(close);
    }

    private static void AppendMapping(Budget budget, StringBuilder output, Mapping mapping)
    {
        Budget.CheckStack();
        output.Append('{');
        var first = true;
        foreach (var (key, value) in mapping.Entries)
        {
            if (!first) { output.Append(", "); }
            first = false;
            AppendCode(budget, output, key);
            output.Append(": ");
            AppendCode(budget, output, value);
        }
        output.Append('}');
    }

    private static bool AreEqualItems(Budget budget, Sequence left, Sequence right)
    {
        Budget.CheckStack();
        for (var i = 0; i < left.Items.Count; i++)
        {
            if (!AreEqual(budget, left.Items[i], right.Items[i])) { return false; }
        }
        return true;
    }

    private static bool AreEqualEntries(Budget budget, Mapping left, Mapping right)
    {
        Budget.CheckStack();
        foreach (var (key, value) in left.Entries)
        {
            if (!right.TryGet(key, out var other) || !AreEqual(budget, value, other)) { return false; }
        }
        return true;
    }
}
