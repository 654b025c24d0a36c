using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Values;

/// <summary>JSON in and out, character for character as Python's json module writes it.</summary>
internal static class PythonJson
{
    /// <param name="text">What becomes of every text and every name; null leaves them as they are.</param>
    internal static object? Read(JsonElement element, Func<string, string>? text = null) => element.ValueKind switch
    {
        JsonValueKind.String => text is null ? element.GetString() : text(element.GetString()!),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => Number(element.GetRawText()),
        JsonValueKind.Array => new Sequence([.. element.EnumerateArray().Select(item => Read(item, text))]),
        JsonValueKind.Object => ReadMapping(element, text),
        _ => null,
    };

    /// <summary>Writes a value.</summary>
    /// <exception cref="TemplateException">The value, or a part of it, has no JSON.</exception>
    internal static string Write(Budget budget, object? value, JsonStyle style)
    {
        var output = new StringBuilder();
        new Writer(budget, output, style).Write(value, 0);
        return output.ToString();
    }

    private static object Number(string text) =>
        text.AsSpan().IndexOfAny('.', 'e', 'E') < 0 && PythonNumber.Whole(text) is { } whole ? whole : double.Parse(text, CultureInfo.InvariantCulture);

    private static Mapping ReadMapping(JsonElement element, Func<string, string>? text)
    {
        var mapping = new Mapping();
        foreach (var property in element.EnumerateObject()) { mapping.Set(text is null ? property.Name : text(property.Name), Read(property.Value, text)); }
        return mapping;
    }

    private sealed class Writer(Budget budget, StringBuilder output, JsonStyle style)
    {
        internal void Write(object? value, int depth)
        {
            budget.Step();
            budget.CheckLength(output.Length);
            switch (value)
            {
                case null: output.Append("null"); break;
                case bool b: output.Append(b ? "true" : "false"); break;
                case long n: output.Append(n); break;
                case BigInteger n: output.Append(n.ToString(CultureInfo.InvariantCulture)); break;
                case double n: output.Append(Number(n)); break;
                case string text: Quote(text); break;
                case Sequence { HasPlaces: true } sequence: WriteAll('[', ']', sequence.Items, depth, item => Write(item, depth + 1)); break;
                case Mapping mapping: WriteAll('{', '}', Entries(mapping), depth, entry => WriteEntry(entry, depth)); break;
                default: throw TemplateException.Evaluation($"{PythonValue.TypeName(value)} cannot be written as JSON.");
            }
        }

        private void WriteAll<T>(char open, char close, IEnumerable<T> items, int depth, Action<T> write)
        {
            Budget.CheckStack();
            output.Append(open);
            var first = true;
            foreach (var item in items)
            {
                if (!first) { output.Append(style.ItemSeparator); }
                first = false;
                Break(depth + 1);
                write(item);
            }
            if (!first) { Break(depth); }
            output.Append(close);
        }

        private void WriteEntry(KeyValuePair<object?, object?> entry, int depth)
        {
            Quote(entry.Key switch
            {
                string text => text,
                null => "null",
                bool b => b ? "true" : "false",
                double n => Number(n),
                var n => Convert.ToString(n, CultureInfo.InvariantCulture)!,
            });
            output.Append(style.KeySeparator);
            Write(entry.Value, depth + 1);
        }

        private IEnumerable<KeyValuePair<object?, object?>> Entries(Mapping mapping) =>
            style.SortKeys ? mapping.Entries.Order(Comparer<KeyValuePair<object?, object?>>.Create((a, b) => PythonValue.Compare(budget, a.Key, b.Key))) : mapping.Entries;

        private void Break(int depth)
        {
            if (style.Indent is null) { return; }
            output.Append('\n');
            budget.CheckLength(output.Length + (long)style.Indent.Length * depth);
            for (var i = 0; i < depth; i++) { output.Append(style.Indent); }
        }

        private static string Number(double value) => double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? value > 0 ? "Infinity" : "-Infinity" : PythonNumber.Text(value);

        private void Quote(string text)
        {
            budget.Text(text.Length);
            output.Append('"');
            foreach (var c in text)
            {
                if (c is '"' or '\\') { output.Append('\\').Append(c); }
                else if (c < ' ') { output.Append(c switch { '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", '\f' => "\\f", '\b' => "\\b", _ => $"\\u{(int)c:x4}" }); }
                else if (style.AsciiOnly && c > '~') { output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); }
                else { output.Append(c); }
            }
            output.Append('"');
        }
    }
}

/// <summary>The arguments of json.dumps.</summary>
/// <param name="Indent">What one level is indented by; null writes one line.</param>
internal sealed record JsonStyle(string? Indent = null, string? Items = null, string KeySeparator = ": ", bool AsciiOnly = false, bool SortKeys = false)
{
    internal string ItemSeparator => Items ?? (Indent is null ? ", " : ",");
}
