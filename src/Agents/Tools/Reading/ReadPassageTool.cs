using System.Globalization;
using System.Text;
using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Retrieval;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Tools.Reading;

/// <summary>Reads on around a passage that a search of this run has shown, or another page of its document.</summary>
internal sealed class ReadPassageTool(IEvidence evidence) : AgentTool
{
    private const int Around = 2_500, MaxCharacters = 10_000;

    public override string Name => "read_passage";

    public override string Description => "Reads the text around a passage that was found, by its number, or a whole page of the same document.";

    internal override string DescriptionIn(AnswerLanguage language) =>
        language == AnswerLanguage.Chinese ? "按编号读取已找到段落前后的文字，或同一文档的整页。" : Description;

    public override JsonElement Parameters { get; } = JsonElement.Parse("""
        {"type":"object","additionalProperties":false,"required":["number"],"properties":{
          "number":{"type":"integer","minimum":1,"maximum":100000,"description":"The number of a passage that a search has shown"},
          "page":{"type":"integer","minimum":1,"maximum":1000000,"description":"A page of that document; left out: what stands around the passage"}}}
        """);

    public override ToolEffects Effects => ToolEffects.Reads;

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var number = (int)arguments.GetProperty("number").GetDecimal();
        if (scope.Numbers.Find(number) is not { } known || known.Start == known.End)
            return ToolOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"No search of this run has shown a passage {number}. Use search_documents first."), ToolFailure.NoSuchPassage);
        ParsedDocument document;
        try
        {
            document = await evidence.ReadAsync(scope.Caller, known.DocumentId, cancellation);
        }
        catch (NotFoundException)
        {
            return ToolOutcome.Failed("That document is no longer there, or may not be read. Search again.", ToolFailure.DocumentAway);
        }
        catch (Exception failure) when (failure is IngestException or IOException)
        {
            return ToolOutcome.Failed("The text of that document cannot be read now. Use what the search has shown.", ToolFailure.DocumentAway);
        }

        if (arguments.TryGetProperty("page", out var wanted))
        {
            var page = document.Pages.FirstOrDefault(p => p.Number == wanted.GetDecimal());
            return page is null
                ? ToolOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"The document has the pages 1 to {document.Pages.Count}; there is no page {wanted.GetRawText()}."), ToolFailure.NoSuchPassage)
                : Show(document, known, page.Start, Math.Min(page.End, page.Start + MaxCharacters), scope);
        }
        if (known.End > document.Text.Length)
            return ToolOutcome.Failed("That document has changed since. Search again.", ToolFailure.DocumentAway);
        return Show(document, known, LineStart(document.Text, known.Start - Around), LineEnd(document.Text, Math.Min(known.End, known.Start + MaxCharacters - 2 * Around) + Around), scope);
    }

    private static ToolOutcome Show(ParsedDocument document, Citation known, int start, int end, ToolScope scope)
    {
        var quote = document.Text[start..end];
        if (string.IsNullOrWhiteSpace(quote))
            return ToolOutcome.Of("That page holds no text.");
        var page = document.Pages.LastOrDefault(p => p.Start <= start)?.Number ?? known.Page;
        var citation = scope.Numbers.Number(known with
        {
            Start = start, End = end, Quote = quote, Context = quote, ContextStart = start, Page = page, Heading = page == known.Page ? known.Heading : "",
            Rectangles = LineRectangles.Of(document, start, end),
        });
        StringBuilder text = new();
        QuotedPassages.Append(text, citation, quote, MaxCharacters);
        var data = JsonSerializer.SerializeToElement(new { number = citation.N, document = citation.DocumentName, page, characters = quote.Length });
        return ToolOutcome.Of(text.ToString(), data, [citation]);
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
