using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading.Office;

namespace Platform.Retrieval.Reading;

/// <summary>Tells what a file is by its bytes; the name only decides between formats that are both plain text.</summary>
public static partial class ContentSniffer
{
    private const int Sample = 64 * 1024, PdfHeaderWithin = 1024;
    private const string Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <summary>The media type, or null when it is none that can be read. Text formats: text/plain, text/markdown, text/html, text/csv, application/json.</summary>
    public static string? Sniff(string path, string fileName)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var start = new byte[Math.Min(Sample, file.Length)];
        file.ReadExactly(start);
        return Sniff(start, file, Extension(fileName));
    }

    private static string? Sniff(byte[] start, FileStream file, string extension)
    {
        if (start.AsSpan().StartsWith("PK\u0003\u0004"u8)) return OfficeType(file, extension);
        if (start.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0])) return OldOfficeType(start);
        if (IsProgramOrMedia(start)) return null;
        if (start.AsSpan(0, Math.Min(start.Length, PdfHeaderWithin)).IndexOf("%PDF-"u8) >= 0) return "application/pdf";
        return TextFile.IsText(Whole(start)) ? TextType(TextFile.Decode(Whole(start)), extension) : null;
    }

    /// <summary>What is inside decides: a zip that is no Office file is none that can be read. Of one that is cut short only the name can tell; its reader says that it is damaged.</summary>
    private static string? OfficeType(FileStream file, string extension)
    {
        try
        {
            var names = ZipDirectory.Read(file, ReaderLimits.ZipEntries + 1).ConvertAll(part => part.Name);
            return names.Contains("word/document.xml") ? Docx : names.Contains("xl/workbook.xml") ? Xlsx : null;
        }
        catch (Exception error) when (error is IngestException or EndOfStreamException)
        {
            return extension switch { ".docx" => Docx, ".xlsx" => Xlsx, _ => null };
        }
    }

    /// <summary>A compound file that wraps an encrypted package: its reader says so. Other compound files (.doc, .xls, .msg) cannot be read.</summary>
    private static string? OldOfficeType(byte[] start)
    {
        return start.AsSpan().IndexOf("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"u8) >= 0 ? Docx : null;
    }

    private static bool IsProgramOrMedia(ReadOnlySpan<byte> start) =>
        start.StartsWith("MZ"u8) || start.StartsWith("\u007FELF"u8) || start.StartsWith("{\\rtf"u8) || start.StartsWith("GIF8"u8) || start.StartsWith("RIFF"u8) || start.StartsWith("%!PS"u8)
        || start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) || start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])
        || start.StartsWith((ReadOnlySpan<byte>)[0xCA, 0xFE, 0xBA, 0xBE]) || start.StartsWith("7z"u8) && start.Length > 2 && start[2] == 0xBC;

    private static string TextType(string text, string extension)
    {
        if (extension is ".html" or ".htm" or ".xhtml" ? Tag().IsMatch(text) : HtmlStart().IsMatch(text)) return "text/html";
        return extension switch
        {
            ".md" or ".markdown" or ".mdown" or ".mdx" => "text/markdown",
            ".csv" or ".tsv" => "text/csv",
            _ => IsJson(text) ? "application/json" : "text/plain",
        };
    }

    private static bool IsJson(string text)
    {
        var trimmed = text.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (trimmed.IsEmpty || trimmed[0] is not ('{' or '[')) return false;
        var bytes = System.Text.Encoding.UTF8.GetBytes(trimmed.ToString());
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 10_000, AllowMultipleValues = true }));
        try
        {
            var tokens = 0;
            while (reader.Read()) tokens++;
            return tokens > 1 || reader.BytesConsumed < bytes.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The sample may end inside a character; cutting at the last line break keeps the decoding honest.</summary>
    private static ReadOnlySpan<byte> Whole(byte[] start)
    {
        if (start.Length < Sample) return start;
        var end = start.AsSpan().LastIndexOf((byte)'\n');
        return start.AsSpan(0, end > Sample / 2 ? end & ~3 : start.Length - 4);
    }

    private static string Extension(string fileName)
    {
        var dot = fileName.LastIndexOf('.');
        return dot < 0 ? "" : fileName[dot..].Trim().ToLowerInvariant();
    }

    [GeneratedRegex(@"^\uFEFF?(?:\s|<!--.*?-->|<\?xml[^>]*>)*<(?:!doctype\s+html|html|head|body)\b", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HtmlStart();

    [GeneratedRegex(@"<[a-zA-Z!/]", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
