namespace Platform.Retrieval.Reading;

/// <summary>Reads comma-, semicolon-, tab- or bar-separated values with RFC 4180 quotes. A row is a block; the first row names the columns where those below it show that.</summary>
internal sealed class CsvReader : IDocumentReader
{
    public string MediaType => "text/csv";

    public async Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        var content = await TextFile.ReadAsync(path, cancellation);
        var document = new DocumentText();
        var rows = new TableRows(document);
        foreach (var (_, row) in CsvRows.Of(content, cancellation)) rows.Add(row);
        rows.End();
        return document.Build(MediaType, null);
    }
}
