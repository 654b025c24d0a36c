using System.Globalization;
using System.Text;

namespace Platform.Retrieval.Tests.Reading;

/// <summary>Writes small PDFs by hand, in Helvetica, so that a test says every byte that matters.</summary>
internal static class TestPdf
{
    /// <summary>Text at (x, y) points from the page's top left, in a size.</summary>
    internal sealed record Piece(double X, double Y, double Size, string Text);

    public static byte[] Of(params Piece[][] pages) => Of(pages, extra: "");

    /// <summary>One page a list of pieces, A4; <paramref name="extra"/> goes into each page's dictionary.</summary>
    public static byte[] Of(Piece[][] pages, string extra)
    {
        var objects = new List<byte[]>
        {
            Bytes("<</Type/Catalog/Pages 2 0 R>>"),
            Bytes($"<</Type/Pages/Count {pages.Length}/Kids[{string.Join(' ', pages.Select((_, page) => $"{4 + page * 2} 0 R"))}]>>"),
            Bytes("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"),
        };
        foreach (var page in pages)
        {
            var content = string.Concat(page.Select(piece => string.Create(CultureInfo.InvariantCulture, $"BT /F1 {piece.Size} Tf {piece.X} {842 - piece.Y} Td ({Escaped(piece.Text)}) Tj ET\n")));
            objects.Add(Bytes($"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents {objects.Count + 2} 0 R{extra}>>"));
            objects.Add(StreamOf(Bytes(content), ""));
        }
        return File(objects);
    }

    /// <summary>A file of these objects, numbered from 1; the first is the catalog.</summary>
    public static byte[] File(IReadOnlyList<byte[]> objects, string trailer = "")
    {
        using var file = new MemoryStream();
        file.Write(Bytes("%PDF-1.7\n"));
        var offsets = new List<long>();
        foreach (var (body, number) in objects.Select((body, at) => (body, at + 1)))
        {
            offsets.Add(file.Position);
            file.Write(Bytes($"{number} 0 obj\n"));
            file.Write(body);
            file.Write(Bytes("\nendobj\n"));
        }
        var table = file.Position;
        file.Write(Bytes($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n{string.Concat(offsets.Select(offset => $"{offset:D10} 00000 n \n"))}trailer\n<</Size {objects.Count + 1}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n"));
        return file.ToArray();
    }

    public static byte[] StreamOf(byte[] content, string dictionary) => [.. Bytes($"<</Length {content.Length}{dictionary}>>\nstream\n"), .. content, .. Bytes("\nendstream")];

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal);
}
