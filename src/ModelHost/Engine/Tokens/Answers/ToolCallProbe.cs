using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.ModelHost.Engine.Tokens.Jinja;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>Finds out how a model writes calls, by letting its template show some.</summary>
internal static partial class ToolCallProbe
{
    private const string Question = "zyquestion", Said = "zysaid", First = "zyfirst", Second = "zysecond", FirstId = "call00001", SecondId = "call00002";
    private const int ShortestTrigger = 3;
    private static readonly string[] Keys = ["zykeyone", "zykeytwo"], Values = ["zyvalueone", "zyvaluetwo"];
    private static readonly JsonElement[] Tools = [Tool(First), Tool(Second)];

    /// <summary>The format; null when the template shows none that can be told.</summary>
    /// <param name="render">Applies the template.</param>
    /// <param name="reasoning">The marks of thinking; what a template puts between them is no part of a call.</param>
    /// <param name="ends">Texts of the tokens that end an answer.</param>
    internal static ToolCallFormat? Find(Func<IReadOnlyList<ChatTurn>, ChatTemplateOptions, string> render, ReasoningMarks reasoning, IReadOnlyList<string> ends)
    {
        var prompt = After(Question, TryRender([Ask], addsPrompt: true));
        var single = After(Question, TryRender([Ask, Calling(First)]));
        if (prompt is null || single is null) { return null; }
        var end = After(Said, TryRender([Ask, new ChatTurn("assistant", Said)])) ?? "";
        var both = After(Question, TryRender([Ask, Calling(First, Second)]));
        var format = Derive(Answer(single, prompt, end, reasoning, ends), both is null ? null : Answer(both, prompt, end, reasoning, ends));
        return format?.Trigger.Length >= ShortestTrigger ? format : null;

        string? TryRender(IReadOnlyList<ChatTurn> messages, bool addsPrompt = false)
        {
            try
            {
                return render(messages, new ChatTemplateOptions { Tools = Tools, AddGenerationPrompt = addsPrompt });
            }
            catch (TemplateException)
            {
                return null; // some refuse two calls at once
            }
        }
    }

    private static ChatTurn Ask { get; } = new("user", Question);

    private static ToolCallFormat? Derive(string one, string? two)
    {
        var name = one.IndexOf(First, StringComparison.Ordinal);
        if (name < 0) { return null; }
        var before = one[..name].TrimStart();
        if (before.Length == 0) { return null; } // nothing tells a call from text
        var rest = one[(name + First.Length)..];
        if (Arguments(rest) is not { } found) { return null; }
        var after = rest[found.End..];
        if (two is null || two.IndexOf(Second, StringComparison.Ordinal) is not (>= 0 and var second)) { return Format(before, "", after, null, found); }
        var firstEnd = two.IndexOf(First, StringComparison.Ordinal) + First.Length + found.End;
        if (firstEnd > second) { return null; }
        var between = two[firstEnd..second];
        var beforeName = CommonEnd(before, between);
        if (beforeName.Length == 0) { return null; }
        between = between[..^beforeName.Length];
        var afterArguments = CommonStart(between, after);
        return Format(before[..^beforeName.Length], afterArguments, after[afterArguments.Length..], between[afterArguments.Length..], found, beforeName);
    }

    private static ToolCallFormat Format(string open, string afterArguments, string close, string? between, (string AfterName, int End, PairFormat? Pairs) found, string? beforeName = null) =>
        beforeName is null ? new ToolCallFormat("", open, found.AfterName, close.TrimEnd(), null, "", found.Pairs)
        : new ToolCallFormat(open, beforeName, found.AfterName, afterArguments, between, close.TrimEnd(), found.Pairs);

    /// <summary>Where the arguments lie in the text after a name: what stands before them, where they end, and how they are written.</summary>
    private static (string AfterName, int End, PairFormat? Pairs)? Arguments(string text)
    {
        var key = text.IndexOf(Keys[0], StringComparison.Ordinal);
        if (key < 0) { return null; }
        var brace = text.LastIndexOf('{', key);
        if (brace >= 0 && JsonExtent.Length(text.AsSpan(brace)) is > 0 and var length && text[(brace + 1)..key].Trim() == "\"" && text.IndexOf(Values[1], StringComparison.Ordinal) < brace + length)
        {
            return (text[..brace], brace + length, null);
        }
        var value = text.IndexOf(Values[0], StringComparison.Ordinal);
        var nextKey = text.IndexOf(Keys[1], StringComparison.Ordinal);
        var nextValue = text.IndexOf(Values[1], StringComparison.Ordinal);
        if (!(key < value && value < nextKey && nextKey < nextValue)) { return null; }
        var beforeFirst = text[..key];
        var beforeNext = text[(value + Values[0].Length)..nextKey];
        var beforeKey = CommonEnd(beforeFirst, beforeNext);
        var afterValue = beforeNext[..^beforeKey.Length];
        var end = nextValue + Values[1].Length;
        var isSound = beforeKey.Trim().Length > 0 && text[(key + Keys[0].Length)..value].Trim().Length > 0 && afterValue.Trim().Length > 1 && text.AsSpan(end).StartsWith(afterValue, StringComparison.Ordinal);
        return isSound ? (beforeFirst[..^beforeKey.Length], end + afterValue.Length, new PairFormat(beforeKey, text[(key + Keys[0].Length)..value], afterValue)) : null;
    }

    /// <summary>What the model itself would have written of a rendered answer: without what the prompt ends with, without thoughts, without the turn's end.</summary>
    private static string Answer(string rendered, string prompt, string end, ReasoningMarks reasoning, IReadOnlyList<string> ends)
    {
        var opened = prompt.TrimEnd();
        if (opened.EndsWith(reasoning.Open, StringComparison.Ordinal)) { prompt = opened[..^reasoning.Open.Length]; }
        var shared = CommonStart(rendered, prompt);
        if (shared.Length < prompt.Length) { shared = shared[..(Math.Max(shared.LastIndexOf('<'), shared.LastIndexOf('[')) is >= 0 and var tag && shared.IndexOfAny(['>', ']'], tag) < 0 ? tag : shared.Length)]; } // not from the middle of a mark
        var answer = rendered[shared.Length..];
        var thought = answer.IndexOf(reasoning.Close, StringComparison.Ordinal);
        if (thought >= 0) { answer = answer[(thought + reasoning.Close.Length)..]; }
        answer = answer[..^WholeMarks(CommonEnd(answer, end)).Length];
        foreach (var text in ends)
        {
            if (answer.IndexOf(text, StringComparison.Ordinal) is >= 0 and var cut) { answer = answer[..cut]; } // written by ending the answer, not as text
        }
        return IdMember().Replace(answer, "$1" + ToolCallFormat.Id + "$2").Replace(FirstId, ToolCallFormat.Id.ToString(), StringComparison.Ordinal).Replace(SecondId, ToolCallFormat.Id.ToString(), StringComparison.Ordinal);
    }

    /// <summary>An end of a text from its first whole mark or line on.</summary>
    private static string WholeMarks(string end) => end.IndexOfAny(['<', '[', '\n']) is >= 0 and var start ? end[start..] : "";

    private static string? After(string mark, string? text) => text?.LastIndexOf(mark, StringComparison.Ordinal) is >= 0 and var at ? text[(at + mark.Length)..] : null;

    private static string CommonStart(string a, string b)
    {
        var length = 0;
        while (length < a.Length && length < b.Length && a[length] == b[length]) { length++; }
        return a[..length];
    }

    private static string CommonEnd(string a, string b)
    {
        var length = 0;
        while (length < a.Length && length < b.Length && a[^(length + 1)] == b[^(length + 1)]) { length++; }
        return a[^length..];
    }

    private static ChatTurn Calling(params IEnumerable<string> names) => new("assistant", "")
    {
        ToolCalls = [.. names.Select(name => new ToolCall(name == First ? FirstId : SecondId, name, $$"""{"{{Keys[0]}}": "{{Values[0]}}", "{{Keys[1]}}": "{{Values[1]}}"}"""))],
    };

    private static JsonElement Tool(string name) => JsonDocument.Parse($$$"""{"type":"function","function":{"name":"{{{name}}}","description":"d","parameters":{"type":"object","properties":{"{{{Keys[0]}}}":{"type":"string"},"{{{Keys[1]}}}":{"type":"string"} } } } }""").RootElement;

    [GeneratedRegex("""("[a-z_]*id": ")\w+(")""")]
    private static partial Regex IdMember();
}
