using System.Text;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Tests.Reading;

/// <summary>Files that take long to read: the time is limited, and whoever cancels is let go at once.</summary>
public sealed class ReadingTimeTests : TestFolder
{
    public static TheoryData<string> Formats => ["html", "html-attributes", "md", "md-marks", "csv", "json", "txt", "docx", "xlsx"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_file_that_takes_too_long_is_out_of_time_and_says_what_to_do(string format)
    {
        Options.ReadTimeout = TimeSpan.FromMilliseconds(10);
        IngestException refusal = await RefusedAsync(Long(format), IngestError.OutOfTime);
        Assert.Contains("Retrieval:ReadTimeout", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Readers_stop_by_themselves_in_the_middle_when_they_are_cancelled(string format)
    {
        IDocumentReader reader = format.Split('-')[0] switch
        {
            "html" => new HtmlReader(), "md" => new MarkdownReader(), "csv" => new CsvReader(), "json" => new JsonReader(), "docx" => new DocxReader(), "xlsx" => new XlsxReader(), _ => new PlainTextReader(),
        };
        string path = Long(format);
        using CancellationTokenSource cancelling = CancellationTokenSource.CreateLinkedTokenSource(Token);
        cancelling.CancelAfter(TimeSpan.FromMilliseconds(30));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(() => reader.ReadAsync(path, null, cancelling.Token), Token));
    }

    [Fact]
    public async Task Nobody_waits_for_a_parser_that_never_looks_at_its_token()
    {
        using SemaphoreSlim never = new(0);
        TimedReader reader = new(new Deaf(never), TimeSpan.FromMinutes(10));
        using CancellationTokenSource cancelling = new();
        Task reading = reader.ReadAsync("x", null, cancelling.Token);
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        IngestException late = await Assert.ThrowsAsync<IngestException>(() => new TimedReader(new Deaf(never), TimeSpan.FromMilliseconds(10)).ReadAsync("x", null, Token));
        Assert.Equal(IngestError.OutOfTime, late.Error);
        never.Release(2);
    }

    /// <summary>Valid, and seconds of work.</summary>
    private string Long(string format) => format switch
    {
        "html" => Write(Repeat("<div><b>bold</b> and <i>leaning</i></div>", 100_000), "a.html"),
        "html-attributes" => Write($"<html><body><div {string.Join(' ', Enumerable.Range(0, 400_000).Select(i => $"a{i}=\"1\""))}>text</div></body></html>", "a.html"),
        "md" => Write(Repeat("# Heading\n\nA paragraph with *emphasis* and `code`.\n\n- item\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n", 15_000), "a.md"),
        "md-marks" => Write(Repeat("*a **b _c __d ~~e ", 60_000), "a.md"),
        "csv" => Write(Repeat("one,\"two, and\",3,4,5,6\n", 150_000), "a.csv"),
        "json" => Write($"[{Repeat("{\"a\":[1,{\"b\":\"text\"}]},", 150_000)}1]", "a.json"),
        "docx" => Write(OfficeFaultTests.Zip(("word/document.xml", OfficeFaultTests.Body.Replace("</w:body>", Many(150_000, i => $"<w:p><w:r><w:t>Text {i}.</w:t></w:r></w:p>") + "</w:body>", StringComparison.Ordinal))), "a.docx"),
        "xlsx" => WriteSheet(),
        _ => Write(Many(600_000, i => $"Line {i} of the text.\n"), "a.txt"),
    };

    private string WriteSheet() => Write(
        OfficeFaultTests.Zip(
            ("xl/workbook.xml", "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"One\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"r1\" Target=\"sheet.xml\"/></Relationships>"),
            ("xl/sheet.xml", $"<worksheet><sheetData>{Many(80_000, i => $"<row r=\"{i + 1}\"><c r=\"A{i + 1}\"><v>{i * 7919L % 100_003}</v></c><c r=\"B{i + 1}\"><v>{i * 104_729L % 99_991}</v></c></row>")}</sheetData></worksheet>")),
        "a.xlsx");

    private static string Repeat(string piece, int times) => new StringBuilder(piece.Length * times).Insert(0, piece, times).ToString();

    private static string Many(int times, Func<int, string> piece) => string.Concat(Enumerable.Range(0, times).Select(piece));

    private sealed class Deaf(SemaphoreSlim never) : IDocumentReader
    {
        public string MediaType => "text/deaf";

        public async Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
        {
            await never.WaitAsync(CancellationToken.None);
            throw new InvalidOperationException("It was waited for.");
        }
    }
}
