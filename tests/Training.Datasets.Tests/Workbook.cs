using System.IO.Compression;

namespace Platform.Training.Datasets.Tests;

/// <summary>A workbook of sheets with words in them.</summary>
internal static class Workbook
{
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", Sheets = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", Package = "http://schemas.openxmlformats.org/package/2006";

    public static async Task WriteAsync(Stream file, params (string Name, string[][] Rows)[] sheets)
    {
        await using ZipArchive zip = new(file, ZipArchiveMode.Create);
        await PutAsync(zip, "[Content_Types].xml", $"""<Types xmlns="{Package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>""");
        await PutAsync(zip, "_rels/.rels", $"""<Relationships xmlns="{Package}/relationships"><Relationship Id="r0" Type="{Office}/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
        await PutAsync(zip, "xl/workbook.xml", $"""<workbook xmlns="{Sheets}" xmlns:r="{Office}"><sheets>{string.Concat(sheets.Select((sheet, i) => $"""<sheet name="{sheet.Name}" sheetId="{i + 1}" r:id="r{i + 1}"/>"""))}</sheets></workbook>""");
        await PutAsync(zip, "xl/_rels/workbook.xml.rels", $"""<Relationships xmlns="{Package}/relationships">{string.Concat(sheets.Select((_, i) => $"""<Relationship Id="r{i + 1}" Type="{Office}/worksheet" Target="worksheets/sheet{i + 1}.xml"/>"""))}</Relationships>""");
        foreach (var ((_, rows), i) in sheets.Select((sheet, i) => (sheet, i)))
        {
            await PutAsync(zip, $"xl/worksheets/sheet{i + 1}.xml", $"""<worksheet xmlns="{Sheets}"><sheetData>{string.Concat(rows.Select((cells, row) => $"""<row r="{row + 1}">{string.Concat(cells.Select((cell, column) => $"""<c r="{(char)('A' + column)}{row + 1}" t="inlineStr"><is><t>{cell}</t></is></c>"""))}</row>"""))}</sheetData></worksheet>""");
        }
    }

    private static async Task PutAsync(ZipArchive zip, string name, string xml)
    {
        await using StreamWriter writer = new(await zip.CreateEntry(name).OpenAsync());
        await writer.WriteAsync(xml);
    }
}
