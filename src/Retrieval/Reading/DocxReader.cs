using System.Xml;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading.Office;

namespace Platform.Retrieval.Reading;

/// <summary>Reads Word files: headings by style or outline level, lists with their numbers, tables as rows, footnotes after their paragraph. Deleted and hidden text is left out.</summary>
internal sealed class DocxReader : IDocumentReader
{
    private const string Main = "word/document.xml";

    public string MediaType => "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    public Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation) => Task.Run(() => Read(path, cancellation), cancellation);

    private ParsedDocument Read(string path, CancellationToken cancellation)
    {
        using var package = OfficePackage.Open(path, cancellation);
        if (!package.Has(Main)) throw new IngestException(IngestError.Corrupt, $"The Word file has no part {Main}. Save it again from the program that made it.");
        var body = new DocxBody(new DocumentText(), DocxStyles.Read(package), DocxNumbering.Read(package), cancellation);
        package.Read("word/footnotes.xml", body.ReadFootnotes);
        package.Read("word/endnotes.xml", body.ReadFootnotes);
        var hasRenderedBreaks = false;
        package.Read(Main, reader => hasRenderedBreaks = HasRenderedBreaks(reader));
        package.Read(Main, reader => body.Read(reader, hasRenderedBreaks ? "lastRenderedPageBreak" : "br"));
        return body.Document.Build(MediaType, Title(package) ?? body.Title, "The Word file shows no text; it may hold pictures only.");
    }

    private static bool HasRenderedBreaks(XmlReader reader)
    {
        while (reader.ReadSafely())
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "lastRenderedPageBreak") return true;
        }
        return false;
    }

    private static string? Title(OfficePackage package)
    {
        string? title = null;
        package.Read("docProps/core.xml", reader =>
        {
            while (reader.ReadSafely())
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "title" && !reader.IsEmptyElement) title = reader.ReadElementContentAsString();
            }
        });
        return string.IsNullOrWhiteSpace(title) ? null : title;
    }
}
