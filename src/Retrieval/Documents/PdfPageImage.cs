using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Documents;

/// <summary>Pictures of PDF pages, made by poppler's pdftoppm in a child process that gets little time: the file is untrusted.</summary>
internal static class PdfPageImage
{
    private const int DotsPerInch = 110;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>PNG bytes of a page, counted from 1. Throws IngestException ReaderMissing, OutOfTime or Corrupt.</summary>
    public static async Task<byte[]> RenderAsync(string path, int page, CancellationToken cancellation)
    {
        string number = page.ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = new("pdftoppm", ["-png", "-r", DotsPerInch.ToString(CultureInfo.InvariantCulture), "-f", number, "-l", number, "-singlefile", path])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        using Process renderer = Start(start);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Longest);
        try
        {
            renderer.StandardInput.Close();
            using MemoryStream image = new();
            Task errors = renderer.StandardError.BaseStream.CopyToAsync(Stream.Null, limit.Token);
            await renderer.StandardOutput.BaseStream.CopyToAsync(image, limit.Token);
            await errors;
            await renderer.WaitForExitAsync(limit.Token);
            return renderer.ExitCode == 0 && image.Length > 0 ? image.ToArray() : throw new IngestException(IngestError.Corrupt, $"Page {page} could not be drawn: the PDF is damaged there.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IngestException(IngestError.OutOfTime, $"Page {page} was not drawn within {Longest.TotalSeconds:0} seconds.");
        }
        finally
        {
            if (!renderer.HasExited)
            {
                renderer.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new IngestException(IngestError.ReaderMissing, "Pages are drawn by pdftoppm, which is not installed. Install poppler-utils.", missing);
        }
    }
}
