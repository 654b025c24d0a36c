using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>The methods of texts.</summary>
internal static class TextMethods
{
    private delegate object? Method(Run run, string text, Arguments arguments);

    private static readonly Dictionary<string, Method> All = new(StringComparer.Ordinal)
    {
        ["strip"] = (_, text, arguments) => PythonText.Trim(text, arguments.Bind("strip", "chars").TextOrNone(0)),
        ["lstrip"] = (_, text, arguments) => PythonText.TrimStart(text, arguments.Bind("lstrip", "chars").TextOrNone(0)),
        ["rstrip"] = (_, text, arguments) => PythonText.TrimEnd(text, arguments.Bind("rstrip", "chars").TextOrNone(0)),
        ["split"] = (run, text, arguments) => Split(run, text, arguments, fromEnd: false),
        ["rsplit"] = (run, text, arguments) => Split(run, text, arguments, fromEnd: true),
        ["splitlines"] = (run, text, arguments) => List(run, PythonText.Lines(text, arguments.Bind("splitlines", "keepends").Flag(0))),
        ["partition"] = (run, text, arguments) => Partition(run, text, arguments.Bind("partition", "sep").Text(0), fromEnd: false),
        ["rpartition"] = (run, text, arguments) => Partition(run, text, arguments.Bind("rpartition", "sep").Text(0), fromEnd: true),
        ["startswith"] = (run, text, arguments) => Meets(run, text, arguments, "startswith", (whole, part) => whole.StartsWith(part, StringComparison.Ordinal)),
        ["endswith"] = (run, text, arguments) => Meets(run, text, arguments, "endswith", (whole, part) => whole.EndsWith(part, StringComparison.Ordinal)),
        ["replace"] = (run, text, arguments) => arguments.Bind("replace", "old", "new", "count") is var given ? Replace(run, text, given.Text(0), given.Text(1), given.Whole(2, -1)) : text,
        ["removeprefix"] = (_, text, arguments) => arguments.Bind("removeprefix", "prefix").Text(0) is var start && text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : text,
        ["removesuffix"] = (_, text, arguments) => arguments.Bind("removesuffix", "suffix").Text(0) is var end && text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text,
        ["upper"] = (_, text, _) => text.ToUpperInvariant(),
        ["lower"] = (_, text, _) => text.ToLowerInvariant(),
        ["casefold"] = (_, text, _) => text.ToLowerInvariant(),
        ["capitalize"] = (_, text, _) => PythonText.Capitalize(text),
        ["title"] = (_, text, _) => PythonText.Title(text),
        ["find"] = (run, text, arguments) => Find(run, text, arguments, "find"),
        ["rfind"] = (run, text, arguments) => Place(text, TextSearch.Last(run.Budget, text, arguments.Bind("rfind", "sub").Text(0), text.Length)),
        ["index"] = (run, text, arguments) => Find(run, text, arguments, "index") is var place && place >= 0 ? place : throw TemplateException.Evaluation("The text does not hold the other."),
        ["count"] = (run, text, arguments) => Count(run, text, arguments.Bind("count", "sub").Text(0)),
        ["join"] = (run, text, arguments) => Join(run, text, arguments.Bind("join", "iterable").Required(0)),
        ["format"] = (run, text, arguments) => TextFormat.Braces(run.Budget, text, arguments),
        ["isdigit"] = (_, text, _) => text.Length > 0 && text.All(char.IsDigit),
        ["isnumeric"] = (_, text, _) => text.Length > 0 && text.All(char.IsNumber),
        ["isalpha"] = (_, text, _) => text.Length > 0 && text.All(char.IsLetter),
        ["isalnum"] = (_, text, _) => text.Length > 0 && text.All(char.IsLetterOrDigit),
        ["isspace"] = (_, text, _) => PythonText.IsSpace(text),
        ["isupper"] = (_, text, _) => text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["islower"] = (_, text, _) => text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["zfill"] = (run, text, arguments) => Pad(run, text, arguments.Bind("zfill", "width").Whole(0, 0), '0', left: true),
        ["ljust"] = (run, text, arguments) => Pad(run, text, arguments.Bind("ljust", "width").Whole(0, 0), ' ', left: false),
        ["rjust"] = (run, text, arguments) => Pad(run, text, arguments.Bind("rjust", "width").Whole(0, 0), ' ', left: true),
    };

    /// <summary>The method of a text, or null.</summary>
    internal static Callable? Find(string text, string name) => All.TryGetValue(name, out var method)
        ? new Callable(name, (run, arguments) =>
        {
            run.Budget.Text(text.Length);
            foreach (var given in arguments.ByPlace.Concat(arguments.ByName.Values)) { run.Budget.Text((given as string)?.Length ?? 0); }
            return method(run, text, arguments);
        })
        : null;

    internal static string Replace(Run run, string text, string old, string with, long most)
    {
        if (old.Length == 0)
        {
            var places = Math.Min(most < 0 ? long.MaxValue : most, PythonText.Length(text) + 1L);
            run.Budget.Text(text.Length + places * with.Length);
            return string.Concat(PythonText.Characters(text).Append("").Select((c, i) => i < places ? with + c : c));
        }
        var parts = TextSearch.Split(run.Budget, text, old, most);
        run.Budget.Text(text.Length + (parts.Count - 1L) * with.Length);
        return parts.Count == 1 ? text : string.Join(with, parts);
    }

    private static Sequence Split(Run run, string text, Arguments arguments, bool fromEnd)
    {
        var given = arguments.Bind("split", "sep", "maxsplit");
        var cuts = given.Whole(1, -1);
        if (given.TextOrNone(0) is not { } separator) { return List(run, fromEnd && cuts >= 0 ? throw TemplateException.Evaluation("'rsplit' with a limit wants a separator.") : PythonText.Words(text, cuts)); }
        if (separator.Length == 0) { throw TemplateException.Evaluation("'split' wants a separator that is not empty."); }
        if (cuts < 0 || !fromEnd) { return List(run, TextSearch.Split(run.Budget, text, separator, cuts)); }
        var parts = new List<string>();
        var end = text.Length;
        for (int at; parts.Count < cuts && (at = TextSearch.Last(run.Budget, text, separator, end)) >= 0; end = at)
        {
            run.Budget.Step();
            parts.Add(text[(at + separator.Length)..end]);
        }
        parts.Add(text[..end]);
        parts.Reverse();
        return List(run, parts);
    }

    private static Sequence List(Run run, List<string> texts)
    {
        run.Budget.Step(texts.Count);
        return new Sequence([.. texts]);
    }

    private static Sequence Partition(Run run, string text, string separator, bool fromEnd)
    {
        if (separator.Length == 0) { throw TemplateException.Evaluation("'partition' wants a separator that is not empty."); }
        var at = fromEnd ? TextSearch.Last(run.Budget, text, separator, text.Length) : TextSearch.First(run.Budget, text, separator);
        object?[] parts = at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : fromEnd ? ["", "", text] : [text, "", ""];
        return new Sequence(parts, SequenceKind.Tuple);
    }

    private static bool Meets(Run run, string text, Arguments arguments, string name, Func<string, string, bool> meets)
    {
        var given = arguments.Bind(name, "prefix", "start", "end");
        if (given.Has(1)) { text = (string)Access.Slice(run.Budget, text, given.Value(1), given.Value(2), null)!; }
        return given.Required(0) is Sequence { Kind: SequenceKind.Tuple } several ? several.Items.Any(Is) : meets(text, given.Text(0));

        bool Is(object? part)
        {
            run.Budget.Step();
            return part is string one && meets(text, one);
        }
    }

    private static long Find(Run run, string text, Arguments arguments, string name)
    {
        var given = arguments.Bind(name, "sub", "start", "end");
        if (!given.Has(1)) { return Place(text, TextSearch.First(run.Budget, text, given.Text(0))); }
        var start = given.Whole(1, 0);
        var part = (string)Access.Slice(run.Budget, text, start, given.Value(2), null)!;
        var place = Place(part, TextSearch.First(run.Budget, part, given.Text(0)));
        return place < 0 ? -1 : place + (start < 0 ? Math.Max(0, PythonText.Length(text) + start) : start);
    }

    private static long Place(string text, int at) => at < 0 ? -1 : PythonText.Length(text[..at]);

    private static long Count(Run run, string text, string part)
    {
        if (part.Length == 0) { return PythonText.Length(text) + 1L; }
        var count = 0L;
        for (var at = 0; (at = TextSearch.First(run.Budget, text, part, at)) >= 0; at += part.Length)
        {
            run.Budget.Step();
            count++;
        }
        return count;
    }

    private static string Join(Run run, string separator, object? items)
    {
        var texts = run.Items(items).Select(item => item as string ?? throw TemplateException.Evaluation($"'join' wants texts, not {PythonValue.TypeName(item)}.")).ToArray();
        run.Budget.Text(texts.Sum(text => (long)text.Length + separator.Length));
        return string.Join(separator, texts);
    }

    private static string Pad(Run run, string text, long width, char with, bool left)
    {
        run.Budget.Text(width);
        var padding = new string(with, (int)Math.Max(0, width - PythonText.Length(text)));
        return left ? padding + text : text + padding;
    }
}
