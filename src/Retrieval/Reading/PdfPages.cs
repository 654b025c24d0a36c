using System.Globalization;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading.Pdf;

namespace Platform.Retrieval.Reading;

/// <summary>Draws pages of a PDF by poppler's `pdftoppm` as a limited child process.</summary>
public static class PdfPages
{
    /// <summary>Pixels on the longer side at most, whatever the page's size says.</summary>
    public const int LongestSide = 4000;

    private const long MostImageBytes = 64L * 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>PNG bytes of a page. Pages count from 1; dpi 20 to 300. Throws ArgumentOutOfRangeException for a page that there is not, IngestException when the page cannot be drawn within its limits.</summary>
    public static async Task<byte[]> RenderAsync(string path, int page, int dpi, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(page, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dpi, 20);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dpi, 300);
        var file = Path.GetFullPath(path);
        var image = await DrawAsync(file, page, "-r", dpi, cancellation);
        // A page may claim to be as large as a field; then it is drawn to fit.
        if (image is null || LongerSide(image) > LongestSide) image = await DrawAsync(file, page, "-scale-to", LongestSide, cancellation);
        if (image is not null) return image;
        var pages = (await PdfInfo.ReadAsync(file, Limit, cancellation)).Pages;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(page, pages);
        throw new IngestException(IngestError.Corrupt, $"Page {page:N0} of the PDF cannot be drawn. Open the original file instead.");
    }

    private static async Task<byte[]?> DrawAsync(string file, int page, string sizeOption, int size, CancellationToken cancellation)
    {
        using var image = new MemoryStream();
        var number = page.ToString(CultureInfo.InvariantCulture);
        string[] arguments = ["-png", "-f", number, "-l", number, "-singlefile", sizeOption, size.ToString(CultureInfo.InvariantCulture), file];
        var run = await LimitedProcess.RunAsync("pdftoppm", arguments, Limit, MostImageBytes, (output, stop) => output.CopyToAsync(image, stop), cancellation);
        return run.ExitCode == 0 && image.Length > 24 ? image.ToArray() : null;
    }

    /// <summary>Width and height stand at byte 16 and 20 of a PNG.</summary>
    private static int LongerSide(byte[] png) =>
        Math.Max(System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
}
