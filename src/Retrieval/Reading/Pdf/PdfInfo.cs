using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading.Pdf;

/// <summary>What a PDF says about itself before it is read.</summary>
internal sealed record PdfInfo(int Pages, string? Title)
{
    private const int MostInfoBytes = 1024 * 1024;

    /// <summary>Throws IngestException: Encrypted, Corrupt, or what LimitedProcess throws.</summary>
    public static async Task<PdfInfo> ReadAsync(string path, TimeSpan limit, CancellationToken cancellation)
    {
        var printed = "";
        var run = await LimitedProcess.RunAsync("pdfinfo", ["-enc", "UTF-8", Path.GetFullPath(path)], limit, MostInfoBytes, async (output, stop) =>
        {
            using var reader = new StreamReader(output, leaveOpen: true);
            printed = await reader.ReadToEndAsync(stop);
        }, cancellation);
        if (run.Errors.Contains("password", StringComparison.OrdinalIgnoreCase))
        {
            throw new IngestException(IngestError.Encrypted, "The PDF is protected with a password. Save it without the password and upload it again.");
        }
        var pages = int.TryParse(Field(printed, "Pages:"), out var number) ? number : 0;
        if (run.ExitCode != 0 || pages < 1) throw Broken(run);
        return new PdfInfo(pages, Field(printed, "Title:"));
    }

    public static IngestException Broken(LimitedRun run)
    {
        var said = VisibleText.Line(run.Errors.Split('\n')[0]);
        return new IngestException(IngestError.Corrupt, $"The PDF is broken and cannot be read{(said.Length == 0 ? "" : $" ({said[..Math.Min(200, said.Length)]})")}. Open it in a viewer, print it to a new PDF and upload that.");
    }

    private static string? Field(string printed, string name)
    {
        foreach (var line in printed.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal)) return line[name.Length..].Trim() is { Length: > 0 } value ? value : null;
        }
        return null;
    }
}
