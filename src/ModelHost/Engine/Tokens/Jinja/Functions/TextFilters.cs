using System.Text;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>Filters that make text of text.</summary>
internal static class TextFilters
{
    internal static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["trim"] = (run, value, arguments) => arguments.Bind("trim", "chars").TextOrNone(0) is { } set ? PythonText.Trim(Text(run, value), Text(run, set)) : PythonText.Trim(Text(run, value), null),
        ["upper"] = (run, value, _) => Text(run, value).ToUpperInvariant(),
        ["lower"] = (run, value, _) => Text(run, value).ToLowerInvariant(),
        ["capitalize"] = (run, value, _) => PythonText.Capitalize(Text(run, value)),
        ["title"] = (run, value, _) => Title(Text(run, value)),
        ["string"] = (run, value, _) => Text(run, value),
        ["safe"] = (run, value, _) => Text(run, value), // nothing is escaped here, so nothing needs to be marked
        ["escape"] = Escape,
        ["e"] = Escape,
        ["replace"] = Replace,
        ["indent"] = Indent,
        ["wordcount"] = (run, value, _) => (long)Text(run, value).Split(value as char[], StringSplitOptions.RemoveEmptyEntries).Count(word => word.Any(char.IsLetterOrDigit)),
        ["truncate"] = Truncate,
        ["center"] = (run, value, arguments) => Center(run, Text(run, value), arguments.Bind("center", "width").Whole(0, 80)),
        ["format"] = (run, value, arguments) => TextFormat.Percent(run.Budget, Text(run, value), new Sequence(arguments.ByPlace, SequenceKind.Tuple)),
        ["tojson"] = ToJson,
    };

    private static string Text(Run run, object? value)
    {
        var text = run.Text(value);
        run.Budget.Text(text.Length);
        return text;
    }

    private static string Escape(Run run, object? value, Arguments arguments) =>
        Text(run, value).Replace("&", "&amp;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal);

    private static string Replace(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("replace", "old", "new", "count");
        return TextMethods.Replace(run, Text(run, value), run.Text(given.Required(0)), run.Text(given.Required(1)), given.Value(2) is null ? -1 : given.Whole(2, -1));
    }

    private static string Title(string text)
    {
        var atStart = true;
        return string.Create(text.Length, text, (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = atStart ? char.ToUpperInvariant(from[i]) : char.ToLowerInvariant(from[i]);
                atStart = PythonText.IsSpace(from[i]) || from[i] is '-' or '(' or '{' or '[' or '<';
            }
        });
    }

    private static string Indent(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("indent", "width", "first", "blank");
        var width = given.Value(0, 4L);
        run.Budget.Text(PythonNumber.AsLong(width) ?? 0);
        var space = width as string ?? new string(' ', (int)Math.Max(0, given.Whole(0, 4)));
        var lines = PythonText.Lines(Text(run, value) + "\n");
        run.Budget.Text((long)space.Length * lines.Count);
        var output = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0) { output.Append('\n'); }
            if (i == 0 ? given.Flag(1) : given.Flag(2) || lines[i].Length > 0) { output.Append(space); }
            output.Append(lines[i]);
        }
        return output.ToString();
    }

    private static string Truncate(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("truncate", "length", "killwords", "end", "leeway");
        var text = Text(run, value);
        var length = given.Whole(0, 255);
        var end = given.Has(2) ? given.Text(2) : "...";
        if (PythonText.Length(text) <= length + given.Whole(3, 5)) { return text; }
        if (length < end.Length) { throw TemplateException.Evaluation($"'truncate' to {length} characters leaves no room for '{end}'."); }
        var kept = string.Concat(PythonText.Characters(text).Take((int)length - PythonText.Length(end)));
        return (given.Flag(1) || kept.LastIndexOf(' ') < 0 ? kept : kept[..kept.LastIndexOf(' ')]) + end;
    }

    private static string Center(Run run, string text, long width)
    {
        run.Budget.Text(width);
        var room = (int)Math.Max(0, width - PythonText.Length(text));
        var left = room / 2 + (room & (int)width & 1);
        return new string(' ', left) + text + new string(' ', room - left);
    }

    private static string ToJson(Run run, object? value, Arguments arguments)
    {
        var given = arguments.Bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        var indent = given.Value(1);
        run.Budget.Text(PythonNumber.AsLong(indent) ?? 0);
        var separators = given.Value(2) as Sequence;
        if (separators is not null && (separators.Items.Count != 2 || separators.Items.Any(part => part is not string))) { throw TemplateException.Evaluation("The separators of 'tojson' are two texts."); }
        return PythonJson.Write(run.Budget, value, new JsonStyle(
            indent is null or string ? (string?)indent : new string(' ', (int)Math.Max(0, given.Whole(1, 0))),
            (string?)separators?.Items[0], (string?)separators?.Items[1] ?? ": ", given.Flag(0), given.Flag(3)));
    }
}
