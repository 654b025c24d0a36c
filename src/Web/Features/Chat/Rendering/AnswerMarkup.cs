using System.Globalization;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Platform.Agents.Answering;

namespace Platform.Web.Features.Chat.Rendering;

/// <summary>The words that rendered answers carry, in the reader's language.</summary>
/// <param name="Copy">Label of the button that copies a block of code.</param>
/// <param name="Source">Label of a citation mark, a format with {0} for its number.</param>
public sealed record MarkupLabels(string Copy, string Source);

/// <summary>Turns an answer's Markdown into HTML that is safe to show.</summary>
/// <remarks>The Markdown is untrusted: it quotes documents and comes from a model. Nothing in it may run, load or pass for a part of the page (fault 36).</remarks>
public static partial class AnswerMarkup
{
    // Marks travel through the Markdown parser as private-use characters, so that neither "[1](address)" nor a link definition "[1]: address" in quoted text can turn a mark into a link.
    private const char MarkOpen = '\uE000';
    private const char MarkClose = '\uE001';

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml().UsePipeTables().UseEmphasisExtras().UseAutoLinks().UsePreciseSourceLocation().Build();

    /// <summary>HTML of the Markdown. Each [n] whose number is in <paramref name="marks"/> becomes a citation button; others stay text.</summary>
    public static string ToHtml(string markdown, IReadOnlyDictionary<int, Verdict> marks, MarkupLabels labels)
    {
        var text = markdown.Replace(MarkOpen, '\uFFFD').Replace(MarkClose, '\uFFFD');
        text = Mark().Replace(text, m => marks.ContainsKey(Number(m)) ? $"{MarkOpen}{m.Groups[1].Value}{MarkClose}" : m.Value);

        var document = new HtmlParser().ParseDocument("<!DOCTYPE html><body></body>");
        var body = document.Body ?? throw new InvalidOperationException("A parsed HTML document has no body. This is a bug.");
        try
        {
            body.InnerHtml = Markdown.ToHtml(text, Pipeline);
        }
        catch (ArgumentException)
        {
            // Markdig refuses input that nests too deeply; the words are still worth showing.
            body.TextContent = text;
        }

        HtmlAllowList.Clean(body);
        foreach (var words in body.Descendants<IText>().Where(words => Turning().IsMatch(words.Data)))
        {
            words.Data = Turning().Replace(words.Data, "");
        }
        PlaceMarks(document, body, marks, labels);
        FrameCode(document, body, labels);
        FrameTables(document, body);
        return body.InnerHtml;
    }

    /// <summary>The numbers of the marks that a text holds, in order of appearance.</summary>
    public static IEnumerable<int> MarksIn(string markdown) =>
        Mark().Matches(markdown).Select(Number);

    /// <summary>The answer as plain text for the clipboard: as written, without the marks of its citations. What looks like one in code (a[1]) or has no citation stays.</summary>
    public static string WithoutMarks(string markdown, IEnumerable<int> citations)
    {
        var known = citations.ToHashSet();
        var code = CodeIn(markdown);
        return SpacedMark().Replace(markdown, m => known.Contains(Number(m)) && !code.Any(c => c.Start <= m.Groups[1].Index && m.Groups[1].Index <= c.End) ? "" : m.Value);
    }

    // Where listings and words of code stand in the text.
    private static List<SourceSpan> CodeIn(string markdown)
    {
        try
        {
            var parsed = Markdown.Parse(markdown, Pipeline);
            return [.. parsed.Descendants<CodeBlock>().Select(block => block.Span), .. parsed.Descendants<CodeInline>().Select(words => words.Span)];
        }
        catch (ArgumentException)
        {
            return []; // nested too deeply for Markdig: shown as plain words, without code
        }
    }

    private static int Number(Match mark) => int.Parse(mark.Groups[1].Value, CultureInfo.InvariantCulture);

    private static void PlaceMarks(IDocument document, IElement body, IReadOnlyDictionary<int, Verdict> marks, MarkupLabels labels)
    {
        foreach (var text in body.Descendants<IText>().Where(t => t.Data.Contains(MarkOpen, StringComparison.Ordinal)).ToList())
        {
            // A button inside a link or a listing would be neither; there the mark stays words.
            if (text.ParentElement?.Closest("a, code, pre") is not null)
            {
                text.Data = PlacedMark().Replace(text.Data, "[$1]");
                continue;
            }

            var at = 0;
            foreach (Match mark in PlacedMark().Matches(text.Data))
            {
                text.Before(document.CreateTextNode(text.Data[at..mark.Index]), Button(document, mark.Groups[1].Value, marks, labels));
                at = mark.Index + mark.Length;
            }
            text.Data = text.Data[at..];
        }

        foreach (var link in body.QuerySelectorAll("a[href]"))
        {
            var address = link.GetAttribute("href") ?? "";
            link.SetAttribute("href", address.Replace("%EE%80%80", "[", StringComparison.Ordinal).Replace("%EE%80%81", "]", StringComparison.Ordinal));
        }
    }

    private static IElement Button(IDocument document, string number, IReadOnlyDictionary<int, Verdict> marks, MarkupLabels labels)
    {
        var button = document.CreateElement("button");
        button.SetAttribute("type", "button");
        button.SetAttribute("class", $"cite cite-{Name(marks[int.Parse(number, CultureInfo.InvariantCulture)])}");
        button.SetAttribute("data-testid", "citation");
        button.SetAttribute("data-n", number);
        button.SetAttribute("aria-label", string.Format(CultureInfo.CurrentCulture, labels.Source, number));
        button.TextContent = number;
        return button;
    }

    private static void FrameCode(IDocument document, IElement body, MarkupLabels labels)
    {
        foreach (var pre in body.QuerySelectorAll("pre").ToList())
        {
            var frame = document.CreateElement("div");
            frame.ClassName = "code";
            var copy = document.CreateElement("button");
            copy.SetAttribute("type", "button");
            copy.ClassName = "code-copy";
            copy.TextContent = labels.Copy;
            pre.Replace(frame);
            frame.Append(copy, pre);
            pre.SetAttribute("tabindex", "0");
        }
    }

    private static void FrameTables(IDocument document, IElement body)
    {
        foreach (var table in body.QuerySelectorAll("table").ToList())
        {
            var frame = document.CreateElement("div");
            frame.ClassName = "table-scroll";
            table.Replace(frame);
            frame.Append(table);
        }
    }

    /// <summary>The verdict as style sheets and tests name it.</summary>
    public static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Supported => "supported",
        Verdict.Partly => "partly",
        Verdict.Unsupported => "unsupported",
        Verdict.Verbatim => "verbatim",
        _ => "noclaim",
    };

    // Marks that turn the rest of a paragraph; words of right-to-left scripts need none.
    [GeneratedRegex("[\u202A-\u202E\u2066-\u2069]")]
    private static partial Regex Turning();

    [GeneratedRegex(@"\[(\d{1,3})\]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\s*\[(\d{1,3})\]")]
    private static partial Regex SpacedMark();

    [GeneratedRegex("\uE000(\\d{1,3})\uE001")]
    private static partial Regex PlacedMark();
}
