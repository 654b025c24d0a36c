using System.IO.Compression;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;
using Piece = Platform.Retrieval.Tests.Reading.TestPdf.Piece;

namespace Platform.Retrieval.Tests.Reading;

/// <summary>Fault 27: PDFs made to exhaust or trip the reader.</summary>
public sealed class PdfFaultTests : TestFolder
{
    [Fact]
    public async Task More_pages_than_allowed_are_refused_with_both_numbers()
    {
        Options.MaxPages = 2;
        var refusal = await RefusedAsync(Write(TestPdf.Of([new Piece(72, 72, 11, "1")], [], []), "pages.pdf"), IngestError.TooManyPages);
        Assert.Contains("3 pages; the limit is 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PDF_that_claims_a_million_pages_is_refused()
    {
        var path = Write(TestPdf.File([TestPdf.Bytes("<</Type/Catalog/Pages 2 0 R>>"), TestPdf.Bytes("<</Type/Pages/Count 1000000/Kids[]>>")]), "million.pdf");
        await AnyRefusalAsync(path); // too many, or broken: poppler sees that there are not so many objects
    }

    [Fact]
    public async Task A_page_tree_that_holds_itself_is_refused()
    {
        var path = Write(TestPdf.File([TestPdf.Bytes("<</Type/Catalog/Pages 2 0 R>>"), TestPdf.Bytes("<</Type/Pages/Count 3/Kids[2 0 R 2 0 R 2 0 R]>>")]), "tree.pdf");
        await AnyRefusalAsync(path);
    }

    [Fact]
    public async Task An_object_stream_that_holds_itself_is_refused()
    {
        var path = Write(TestPdf.File([TestPdf.Bytes("<</Type/Catalog/Pages 2 0 R>>"), TestPdf.StreamOf(TestPdf.Bytes("2 0 "), "/Type/ObjStm/N 1/First 4/Extends 2 0 R")]), "objects.pdf");
        await AnyRefusalAsync(path);
    }

    [Fact]
    public async Task A_Flate_stream_that_unpacks_without_end_is_cut_by_the_limits()
    {
        Options.ReadTimeout = TimeSpan.FromSeconds(4);
        using var packed = new MemoryStream();
        using (var flate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var line = TestPdf.Bytes(string.Concat(Enumerable.Range(0, 2000).Select(i => $"BT /F1 9 Tf {i % 500} {i % 800} Td (many words of text {i}) Tj ET\n")));
            for (var i = 0; i < 3000; i++) flate.Write(line);
        }
        var path = Write(TestPdf.File([
            TestPdf.Bytes("<</Type/Catalog/Pages 2 0 R>>"), TestPdf.Bytes("<</Type/Pages/Count 1/Kids[4 0 R]>>"), TestPdf.Bytes("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
            TestPdf.Bytes("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents 5 0 R>>"), TestPdf.StreamOf(packed.ToArray(), "/Filter/FlateDecode")]), "flate.pdf");
        var refusal = await AnyRefusalAsync(path);
        Assert.Contains(refusal.Error, new[] { IngestError.OutOfTime, IngestError.OutOfMemory, IngestError.Bomb });
    }

    [Fact]
    public async Task A_password_is_named_as_the_cause()
    {
        var hash = new string('7', 64);
        var path = Write(TestPdf.File([TestPdf.Bytes("<</Type/Catalog/Pages 2 0 R>>"), TestPdf.Bytes("<</Type/Pages/Count 0/Kids[]>>"), TestPdf.Bytes($"<</Filter/Standard/V 1/R 2/O<{hash}>/U<{hash}>/P -4>>")], "/Encrypt 3 0 R/ID[<01><01>]"), "locked.pdf");
        await RefusedAsync(path, IngestError.Encrypted);
    }

    [Fact]
    public async Task Pages_without_text_may_be_a_scan() =>
        Assert.Contains("scan", (await RefusedAsync(Write(TestPdf.Of([], []), "scan.pdf"), IngestError.NoText)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_PDF_cut_anywhere_is_read_or_refused_and_never_crashes()
    {
        var whole = TestPdf.Of([new Piece(72, 72, 11, "Whole."), new Piece(72, 90, 11, "Text.")]);
        for (var length = 8; length < whole.Length; length += whole.Length / 6)
        {
            try
            {
                await ReadAsync(Write(whole[..length], "cut.pdf"));
            }
            catch (IngestException error)
            {
                Assert.Contains(error.Error, new[] { IngestError.Corrupt, IngestError.NoText });
            }
        }
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_is_stopped_and_the_limit_named()
    {
        var refusal = await Assert.ThrowsAsync<IngestException>(() => LimitedProcess.RunAsync("sleep", ["60"], TimeSpan.FromMilliseconds(50), 1000, DrainAsync, TestContext.Current.CancellationToken));
        Assert.Equal(IngestError.OutOfTime, refusal.Error);
        Assert.Contains("Retrieval:ReadTimeout", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_prints_too_much_is_stopped()
    {
        var refusal = await Assert.ThrowsAsync<IngestException>(() => LimitedProcess.RunAsync("yes", [], TimeSpan.FromSeconds(30), 100_000, DrainAsync, TestContext.Current.CancellationToken));
        Assert.Equal(IngestError.Bomb, refusal.Error);
    }

    [Fact]
    public async Task A_reader_that_takes_too_much_memory_is_refused_it()
    {
        var refusal = await Assert.ThrowsAsync<IngestException>(() => LimitedProcess.RunAsync("sh", ["-c", "ulimit -v | grep -qx 1048576 && kill -ABRT $$"], TimeSpan.FromSeconds(30), 1000, DrainAsync, TestContext.Current.CancellationToken));
        Assert.Equal(IngestError.OutOfMemory, refusal.Error);
    }

    [Fact]
    public async Task A_missing_reader_says_the_line_to_type()
    {
        var refusal = await Assert.ThrowsAsync<IngestException>(() => LimitedProcess.RunAsync("pdf-reader-that-there-is-not", [], TimeSpan.FromSeconds(30), 1000, DrainAsync, TestContext.Current.CancellationToken));
        Assert.Equal(IngestError.ReaderMissing, refusal.Error);
        Assert.Contains("apt-get install -y poppler-utils", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_sees_nothing_of_our_environment()
    {
        Environment.SetEnvironmentVariable("READING_TEST_KEY", "canary");
        var seen = "";
        await LimitedProcess.RunAsync("env", [], TimeSpan.FromSeconds(30), 10_000, async (output, stop) => seen = await new StreamReader(output).ReadToEndAsync(stop), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("canary", seen, StringComparison.Ordinal);
        Assert.Contains("PATH=", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_kills_the_reader_and_is_no_failure()
    {
        using var cancel = new CancellationTokenSource();
        var child = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LimitedProcess.RunAsync("sh", ["-c", "echo $$; exec sleep 60"], TimeSpan.FromSeconds(60), 1000, async (output, stop) =>
        {
            using var reader = new StreamReader(output);
            child = int.Parse((await reader.ReadLineAsync(stop))!, System.Globalization.CultureInfo.InvariantCulture);
            await cancel.CancelAsync();
            await reader.ReadToEndAsync(stop);
        }, cancel.Token));
        for (var tries = 0; Directory.Exists($"/proc/{child}"); tries++)
        {
            Assert.True(tries < 500, $"process {child} still runs");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private async Task<IngestException> AnyRefusalAsync(string path) => await Assert.ThrowsAsync<IngestException>(() => ReadAsync(path));

    private static Task DrainAsync(Stream output, CancellationToken stop) => output.CopyToAsync(Stream.Null, stop);
}
