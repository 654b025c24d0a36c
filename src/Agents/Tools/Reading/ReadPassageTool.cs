using System.Text;
using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Retrieval;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Tools.Reading;

/// <summary>Reads on around a passage that a search of this run has shown, or another page of its document.</summary>
internal sealed class ReadPassageTool(IEvidence evidence) : BuiltInTool
{
    private const int Around = 2_500, MaxCharacters = 10_000, LongestPiece = 600;

    public override string Name => "read_passage";

    internal override string DescriptionIn(AnswerLanguage language) => ToolTexts.In(language).ReadPassage;

    private protected override string SchemaIn(AnswerLanguage language) => $$"""
        {"type":"object","additionalProperties":false,"required":["number"],"properties":{
          "number":{"type":"integer","minimum":1,"maximum":100000,"description":{{Json(ToolTexts.In(language).ReadNumber)}} },
          "page":{"type":"integer","minimum":1,"maximum":1000000,"description":{{Json(ToolTexts.In(language).ReadPage)}} } } }
        """;

    public override ToolGroup Group => ToolGroup.Knowledge;

    public override ToolEffects Effects => ToolEffects.Reads;

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var texts = ToolTexts.In(scope.Language);
        var number = (int)arguments.GetProperty("number").GetDecimal();
        if (scope.Numbers.Find(number) is not { } known || known.Start == known.End)
            return ToolOutcome.Failed(texts.NotShown(number), ToolFailure.NoSuchPassage);
        ParsedDocument document;
        try
        {
            document = await evidence.ReadAsync(scope.Caller, known.DocumentId, cancellation);
        }
        catch (NotFoundException)
        {
            return ToolOutcome.Failed(texts.DocumentGone, ToolFailure.DocumentAway);
        }
        catch (Exception failure) when (failure is IngestException or IOException)
        {
            return ToolOutcome.Failed(texts.DocumentUnreadable, ToolFailure.DocumentAway);
        }

        if (arguments.TryGetProperty("page", out var wanted))
        {
            var page = document.Pages.FirstOrDefault(p => p.Number == wanted.GetDecimal());
            return page is null
                ? ToolOutcome.Failed(texts.NoPage(document.Pages.Count, wanted.GetRawText()), ToolFailure.NoSuchPassage)
                : Show(document, known, page.Start, Math.Min(page.End, page.Start + MaxCharacters), scope);
        }
        if (known.End > document.Text.Length)
            return ToolOutcome.Failed(texts.DocumentChanged, ToolFailure.DocumentAway);
        return Show(document, known, LineStart(document.Text, known.Start - Around), LineEnd(document.Text, Math.Min(known.End, known.Start + MaxCharacters - 2 * Around) + Around), scope);
    }

    /// <summary>In pieces with numbers of their own, none over the end of a page: what is cited is then as narrow as that, and on its page. What was shown before keeps its number.</summary>
    private static ToolOutcome Show(ParsedDocument document, Citation known, int start, int end, ToolScope scope)
    {
        var texts = ToolTexts.In(scope.Language);
        List<Citation> shown = [];
        StringBuilder text = new();
        var at = start;
        foreach (var before in scope.Numbers.Within(known.DocumentId, known.DocumentVersion, start, end).Where(one => document.Text.AsSpan(one.Start, one.End - one.Start).SequenceEqual(one.Quote) && document.Pages.Any(page => page.Start <= one.Start && one.End <= page.End))) // it may be another version by now
        {
            Add(at, before.Start);
            shown.Add(before);
            at = before.End;
        }
        Add(at, end);
        foreach (var citation in shown)
            QuotedPassages.Append(text, citation, citation.Quote, MaxCharacters, texts);
        if (shown.Count == 0)
            return ToolOutcome.Of(texts.PageEmpty);
        var data = JsonSerializer.SerializeToElement(new { numbers = shown.Select(citation => citation.N), document = known.DocumentName, pages = shown.Select(citation => citation.Page).Distinct(), characters = shown.Sum(citation => citation.Quote.Length) });
        return ToolOutcome.Of(text.ToString(), data, shown);

        void Add(int from, int until) => shown.AddRange(Pieces(document, from, until).Select(piece => scope.Numbers.Number(known with
        {
            Start = piece.Start, End = piece.End, Quote = document.Text[piece.Start..piece.End], Context = document.Text[piece.Start..piece.End], ContextStart = piece.Start, Page = piece.Page,
            Heading = piece.Page == known.Page ? known.Heading : "", Rectangles = LineRectangles.Of(document, piece.Start, piece.End),
        })));
    }

    private static IEnumerable<(int Page, int Start, int End)> Pieces(ParsedDocument document, int start, int end)
    {
        foreach (var page in document.Pages.Where(page => page.Start < end && page.End > start))
        {
            var last = Math.Min(end, page.End);
            for (var at = Math.Max(start, page.Start); at < last;)
            {
                var next = last - at <= LongestPiece ? last : PieceEnd(document.Text, at);
                var (from, to) = (at, next);
                while (from < to && char.IsWhiteSpace(document.Text[from]))
                    from++;
                while (to > from && char.IsWhiteSpace(document.Text[to - 1]))
                    to--;
                if (from < to)
                    yield return (page.Number, from, to);
                at = next;
            }
        }
    }

    /// <summary>After the last paragraph that fits, else the last line, else where the length is reached.</summary>
    private static int PieceEnd(string text, int at)
    {
        var (most, least) = (at + LongestPiece, at + LongestPiece / 3);
        var paragraph = text.LastIndexOf("\n\n", most - 1, most - least, StringComparison.Ordinal);
        if (paragraph >= 0)
            return paragraph + 2;
        var line = text.LastIndexOf('\n', most - 1, most - least);
        return line >= 0 ? line + 1 : char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
    }

    private static int LineStart(string text, int near)
    {
        if (near <= 0)
            return 0;
        var start = text.LastIndexOf('\n', near) + 1;
        return near - start > Around ? (char.IsLowSurrogate(text[near]) ? near + 1 : near) : start;
    }

    private static int LineEnd(string text, int near)
    {
        if (near >= text.Length)
            return text.Length;
        // A line without end is cut where it is.
        var end = text.IndexOf('\n', near);
        return end < 0 || end - near > Around ? (char.IsHighSurrogate(text[near - 1]) ? near - 1 : near) : end;
    }
}
