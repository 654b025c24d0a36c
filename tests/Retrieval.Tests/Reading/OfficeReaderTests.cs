using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Reading;

public sealed class DocxReaderTests : DocumentReaderSuite
{
    protected override string MediaType => "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    protected override string WriteSample() => WriteBody("""
        <w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Annual leave</w:t></w:r></w:p>
        <w:p><w:r><w:t xml:space="preserve">Employees have </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>25 days</w:t></w:r><w:r><w:t xml:space="preserve"> of leave.</w:t></w:r></w:p>
        <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>年假</w:t></w:r></w:p>
        """);

    [Fact]
    public async Task Styles_numbers_tables_and_notes_are_read_as_they_show()
    {
        var document = await ReadAsync(WriteBody("""
            <w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>Rules</w:t></w:r></w:p>
            <w:p><w:pPr><w:pStyle w:val="Chapter"/></w:pPr><w:r><w:t>Own style based on a heading</w:t></w:r></w:p>
            <w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>By outline</w:t></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr></w:pPr><w:r><w:t>first</w:t></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="2"/></w:numPr></w:pPr><w:r><w:t>inner</w:t></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr></w:pPr><w:r><w:t>second</w:t></w:r></w:p>
            <w:p><w:r><w:t>With a note</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>.</w:t></w:r></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Place</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Limit</w:t></w:r></w:p></w:tc></w:tr>
            <w:tr><w:tc><w:p><w:r><w:t>Bonn</w:t></w:r></w:p><w:p><w:r><w:t>and Kiel</w:t></w:r></w:p></w:tc><w:tc><w:tbl><w:tr><w:tc><w:p><w:r><w:t>139</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>
            """));
        Assert.Equal("Rules", document.Title);
        Assert.Equal(
            ["Heading1: Rules", "Heading1: Own style based on a heading", "Heading2: By outline", "ListItem1: 1. first", "ListItem2: 1.a) inner", "ListItem1: 2. second", "Paragraph: With a note.", "Paragraph: The note.", "TableRow1: Place | Limit", "TableRow: Bonn and Kiel | 139 ;"],
            Shown(document).Select(line => line.Replace("139;", "139 ;", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Deleted_hidden_and_fall_back_text_is_left_out__fault_33()
    {
        var document = await ReadAsync(WriteBody("""
            <w:p><w:r><w:t>Seen</w:t></w:r><w:del><w:r><w:delText>SECRET</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>SECRET</w:t></w:r><w:ins><w:r><w:t> too.</w:t></w:r></w:ins>
            <w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:t> Once.</w:t></mc:Choice><mc:Fallback><w:t>SECRET</w:t></mc:Fallback></mc:AlternateContent></w:r>
            <w:r><w:instrText>SECRET</w:instrText></w:r></w:p>
            """));
        Assert.Equal("Seen too. Once.", document.Text);
    }

    [Theory]
    [InlineData("<w:lastRenderedPageBreak/>")]
    [InlineData("<w:br w:type=\"page\"/>")]
    public async Task Page_breaks_start_pages(string element)
    {
        var document = await ReadAsync(WriteBody($"<w:p><w:r><w:t>One.</w:t></w:r></w:p><w:p><w:r>{element}<w:t>Two.</w:t></w:r></w:p>"));
        Assert.Equal(2, document.Pages.Count);
        Assert.Equal("Two.", document.Text[document.Pages[1].Start..document.Pages[1].End].Trim());
    }

    private string WriteBody(string body)
    {
        var path = NewPath(Guid.NewGuid() + ".docx");
        using var file = WordprocessingDocument.Create(path, WordprocessingDocumentType.Document);
        var main = file.AddMainDocumentPart();
        const string names = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"";
        Feed(main, $"<w:document {names}><w:body>{body}</w:body></w:document>");
        Feed(main.AddNewPart<StyleDefinitionsPart>(), $"""
            <w:styles {names}><w:style w:styleId="Title"><w:name w:val="Title"/></w:style><w:style w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>
            <w:style w:styleId="Chapter"><w:name w:val="My chapter"/><w:basedOn w:val="Heading1"/></w:style><w:style w:styleId="Loop"><w:name w:val="loop"/><w:basedOn w:val="Loop"/></w:style></w:styles>
            """);
        Feed(main.AddNewPart<NumberingDefinitionsPart>(), $"""
            <w:numbering {names}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="*"/></w:lvl></w:abstractNum>
            <w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl></w:abstractNum>
            <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>
            """);
        Feed(main.AddNewPart<FootnotesPart>(), $"<w:footnotes {names}><w:footnote w:type=\"separator\" w:id=\"0\"><w:p><w:r><w:t>no</w:t></w:r></w:p></w:footnote><w:footnote w:id=\"2\"><w:p><w:r><w:t>The note.</w:t></w:r></w:p></w:footnote></w:footnotes>");
        return path;
    }

    private static void Feed(OpenXmlPart part, string xml) => part.FeedData(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(xml)));
}

public sealed class XlsxReaderTests : DocumentReaderSuite
{
    protected override string MediaType => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    protected override string WriteSample() => WriteBook(("Annual leave", false, [[Text("Rule"), Text("词")], [Text("Employees have 25 days of leave."), Text("年假")]]));

    [Fact]
    public async Task Sheets_are_pages_and_cells_show_what_a_person_sees()
    {
        var document = await ReadAsync(WriteBook(
            ("Rates", false, [[Text("City"), Text("Rate"), Text("Share"), Text("From"), Text("Ok")], [Text("Bonn"), Number(1234.5, 1), Number(0.125, 2), Number(45000, 3), Flag()], [Text("Kiel"), Formula("SUM(A1)", 0.1 + 0.2)]]),
            ("Hidden", true, [[Text("SECRET")]]),
            ("Notes", false, [[Text("Last sheet.")]])));
        Assert.Equal(["Rates", "Notes"], document.Pages.Select(page => page.Label));
        Assert.Equal(
            ["Heading1: Rates", "TableRow1: City | Rate | Share | From | Ok", "TableRow: Bonn | 1,234.50 | 12.5% | 2023-03-15 | TRUE", "TableRow: Kiel | 0.3", "Heading1: Notes", "TableRow: Last sheet."],
            Shown(document));
    }

    [Fact]
    public async Task Empty_cells_keep_the_columns_apart()
    {
        var path = WriteBook(("S", false, [[Text("A"), Text("B"), Text("C")], [At(Text("far"), "C2")], [Text("one"), At(Text("three"), "C3")]]));
        Assert.Equal(["TableRow1: A | B | C", "TableRow: – |  | far", "TableRow: one |  | three"], Shown(await ReadAsync(path)).Skip(1));
    }

    [Fact]
    public async Task Years_over_numbers_are_the_head_of_each_sheet()
    {
        Cell[][] rows = [[Text("region"), Number(2023, 0), Number(2024, 0)], [Text("North"), Number(10, 0), Number(20, 0)]];
        Assert.Equal(
            ["Heading1: A", "TableRow1: region | 2023 | 2024", "TableRow: North | 10 | 20", "Heading1: B", "TableRow1: region | 2023 | 2024", "TableRow: North | 10 | 20"],
            Shown(await ReadAsync(WriteBook(("A", false, rows), ("B", false, [.. rows.Select(row => row.Select(cell => (Cell)cell.CloneNode(true)).ToArray())])))));
    }

    [Fact]
    public async Task A_cell_beyond_the_last_column_is_told_as_such() =>
        Assert.Contains("column 2,001; the limit is 2,000", (await RefusedAsync(WriteBook(("S", false, [[At(Text("far"), "BXY1")]])), IngestError.TooManyColumns)).Message, StringComparison.Ordinal);

    private static Cell Text(string text) => new() { DataType = CellValues.InlineString, InlineString = new InlineString(new Text(text)) };

    private static Cell Number(double value, uint style) => new() { CellValue = new CellValue(value), StyleIndex = style };

    private static Cell Formula(string formula, double value) => new() { CellFormula = new CellFormula(formula), CellValue = new CellValue(value) };

    private static Cell Flag() => new() { DataType = CellValues.Boolean, CellValue = new CellValue("1") };

    private static Cell At(Cell cell, string reference)
    {
        cell.CellReference = reference;
        return cell;
    }

    private string WriteBook(params (string Name, bool Hidden, Cell[][] Rows)[] sheets)
    {
        var path = NewPath(Guid.NewGuid() + ".xlsx");
        using var file = SpreadsheetDocument.Create(path, SpreadsheetDocumentType.Workbook);
        var book = file.AddWorkbookPart();
        book.Workbook = new Workbook(new Sheets());
        book.AddNewPart<WorkbookStylesPart>().Stylesheet = new Stylesheet(
            new NumberingFormats(new NumberingFormat { NumberFormatId = 164, FormatCode = "#,##0.00\\ \"EUR\"" }, new NumberingFormat { NumberFormatId = 165, FormatCode = "0.0%" }),
            new Fonts(new Font()), new Fills(new Fill()), new Borders(new Border()), new CellStyleFormats(new CellFormat()),
            new CellFormats(new CellFormat(), new CellFormat { NumberFormatId = 164 }, new CellFormat { NumberFormatId = 165 }, new CellFormat { NumberFormatId = 14 }));
        foreach (var (name, hidden, rows) in sheets)
        {
            var part = book.AddNewPart<WorksheetPart>();
            part.Worksheet = new Worksheet(new SheetData(rows.Select(cells => new Row(cells))));
            book.Workbook.Sheets!.Append(new Sheet { Name = name, SheetId = (uint)book.Workbook.Sheets.Count() + 1, Id = book.GetIdOfPart(part), State = hidden ? SheetStateValues.Hidden : null });
        }
        return path;
    }
}
