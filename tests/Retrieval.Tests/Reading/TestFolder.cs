using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Tests.Reading;

/// <summary>A folder of its own for a test's files, gone afterwards; and the readers as the product makes them.</summary>
public abstract class TestFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("reading-").FullName;

    internal RetrievalOptions Options { get; } = new();

    protected string Write(byte[] content, string name = "file.bin")
    {
        var path = Path.Combine(_path, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    protected string Write(string content, string name) => Write(System.Text.Encoding.UTF8.GetBytes(content), name);

    protected string NewPath(string name) => Path.Combine(_path, name);

    /// <summary>As ingestion does: the content decides the reader.</summary>
    protected async Task<ParsedDocument> ReadAsync(string path)
    {
        var type = ContentSniffer.Sniff(path, Path.GetFileName(path)) ?? throw new IngestException(IngestError.UnsupportedType, path);
        return await new ReaderByContent(Microsoft.Extensions.Options.Options.Create(Options)).For(type).ReadAsync(path, null, TestContext.Current.CancellationToken);
    }

    protected async Task<IngestException> RefusedAsync(string path, IngestError error)
    {
        var refusal = await Assert.ThrowsAsync<IngestException>(() => ReadAsync(path));
        Assert.True(refusal.Error == error, $"{refusal.Error}: {refusal.Message}");
        return refusal;
    }

    internal static string[] Shown(ParsedDocument document) => [.. document.Blocks.Select(block => $"{block.Kind}{(block.Level > 0 ? block.Level.ToString(System.Globalization.CultureInfo.InvariantCulture) : "")}: {document.Text[block.Start..block.End]}")];

    public void Dispose()
    {
        Directory.Delete(_path, recursive: true);
        GC.SuppressFinalize(this);
    }
}
