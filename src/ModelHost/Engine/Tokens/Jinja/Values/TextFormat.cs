using System.Globalization;
using System.Text;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Values;

/// <summary>Python's two ways of putting values into a text, without their rarer specifications.</summary>
internal static class TextFormat
{
    /// <summary>"%s and %d" % values.</summary>
    internal static string Percent(Budget budget, string format, object? values)
    {
        var arguments = new Queue<object?>(values is Sequence { Kind: SequenceKind.Tuple } tuple ? tuple.Items : [values]);
        var output = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            budget.CheckLength(output.Length);
            if (format[i] != '%') { output.Append(format[i]); continue; }
            var kind = ++i < format.Length ? format[i] : '\0';
            if (kind == '%') { output.Append('%'); continue; }
            if (!arguments.TryDequeue(out var value)) { throw TemplateException.Evaluation("A format has more places than values."); }
            switch (kind)
            {
                case 's': output.Append(PythonValue.Text(budget, value)); break;
                case 'r': PythonValue.AppendCode(budget, output, value); break;
                case 'd' or 'i' when PythonNumber.IsNumber(value): output.Append(PythonNumber.AsLong(value) ?? (long)Math.Truncate(PythonNumber.AsDouble(value!))); break;
                case 'f' when PythonNumber.IsNumber(value): output.Append(PythonNumber.AsDouble(value!).ToString("F6", CultureInfo.InvariantCulture)); break;
                default: throw TemplateException.Evaluation($"The format '%{kind}' is not known for {PythonValue.TypeName(value)}.");
            }
        }
        return arguments.Count == 0 || values is Mapping ? output.ToString() : throw TemplateException.Evaluation("A format has fewer places than values.");
    }

    /// <summary>"{} and {name}".format(values).</summary>
    internal static string Braces(Budget budget, string format, Arguments arguments)
    {
        var output = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            budget.CheckLength(output.Length);
            var c = format[i];
            if (c is '{' or '}' && i + 1 < format.Length && format[i + 1] == c) { output.Append(c); i++; continue; }
            if (c == '}') { throw TemplateException.Evaluation("A format closes a place that is not open."); }
            if (c != '{') { output.Append(c); continue; }
            var end = format.IndexOf('}', i);
            if (end < 0) { throw TemplateException.Evaluation("A format has a place without end."); }
            var name = format[(i + 1)..end];
            i = end;
            output.Append(PythonValue.Text(budget, Place(name.Length == 0 ? next++.ToString(CultureInfo.InvariantCulture) : name, arguments)));
        }
        return output.ToString();
    }

    private static object? Place(string name, Arguments arguments) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? place < arguments.ByPlace.Count ? arguments.ByPlace[place] : throw TemplateException.Evaluation($"A format has no value for place {place}.")
        : arguments.ByName.TryGetValue(name, out var value) ? value
        : throw TemplateException.Evaluation($"A format has no value for '{name}', or says more of it than is understood.");
}
