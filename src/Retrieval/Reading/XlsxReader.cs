using System.Xml;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading.Office;

namespace Platform.Retrieval.Reading;

/// <summary>Reads Excel workbooks: a sheet is a page with its name, a row is a block; formulas give their stored values; hidden sheets are left out.</summary>
internal sealed class XlsxReader : IDocumentReader
{
    private const string Workbook = "xl/workbook.xml";

    public string MediaType => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation) => Task.Run(() => Read(path, progress, cancellation), cancellation);

    private ParsedDocument Read(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        var document = new DocumentText();
        var rows = new TableRows(document);
        Walk(
            path,
            (name, done, total) =>
            {
                progress?.Report((done + 1, total));
                rows.End();
                document.StartPage(label: VisibleText.Line(name));
                document.Add(BlockKind.Heading, 1, name);
                rows = new TableRows(document);
            },
            row => rows.Add(row),
            cancellation);
        rows.End();
        return document.Build(MediaType, null, "The workbook has no visible sheet.");
    }

    /// <summary>Goes through the visible sheets: tells each sheet's name, its place and how many there are, then its rows. The list of a row is used again.</summary>
    internal static void Walk(string path, Action<string, int, int> sheet, Action<IReadOnlyList<string>> row, CancellationToken cancellation)
    {
        using var package = OfficePackage.Open(path, cancellation);
        var cells = SheetCells.Read(package);
        var sheets = new List<(string Name, string Id)>();
        if (!package.Read(Workbook, reader => ReadWorkbook(reader, sheets, cells)))
        {
            throw new IngestException(IngestError.Corrupt, $"The workbook has no part {Workbook}. Save it again from the program that made it.");
        }
        var targets = package.Targets(Workbook);
        var rows = new SheetRows(row, cells, cancellation);
        for (var i = 0; i < sheets.Count; i++)
        {
            sheet(sheets[i].Name, i, sheets.Count);
            if (targets.TryGetValue(sheets[i].Id, out var part)) package.Read(part, rows.Read);
        }
    }

    private static void ReadWorkbook(XmlReader reader, List<(string Name, string Id)> sheets, SheetCells cells)
    {
        while (reader.ReadSafely())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            if (reader.LocalName == "workbookPr") cells.From1904 = reader.Attribute("date1904") is "1" or "true";
            // "id" with the relationship's namespace; "sheetId" is another thing.
            if (reader.LocalName == "sheet" && reader.Attribute("state") is null or "visible" && reader.Attribute("name") is { } name && reader.Attribute("id") is { } id) sheets.Add((name, id));
        }
    }
}
