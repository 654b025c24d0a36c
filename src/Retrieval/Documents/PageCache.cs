using Microsoft.Extensions.Options;

namespace Platform.Retrieval.Documents;

/// <summary>Drawn pages as files, up to a number of bytes: beyond it those go that were not looked at for longest.</summary>
internal sealed class PageCache(DataFolder folder, IOptions<RetrievalOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>How the folder of a content's pages ends.</summary>
    public const string Folder = ".pages";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private long _bytes = -1;

    /// <summary>The file's bytes, or null when it is not kept.</summary>
    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            byte[] image = await File.ReadAllBytesAsync(path, cancellation);
            File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
            return image;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public async Task KeepAsync(string path, byte[] image, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = $"{path}.{Guid.NewGuid():N}";
        await _gate.WaitAsync(cancellation);
        try
        {
            await File.WriteAllBytesAsync(unfinished, image, cancellation);
            File.SetLastWriteTimeUtc(unfinished, time.GetUtcNow().UtcDateTime);
            File.Move(unfinished, path, overwrite: true);
            _bytes = _bytes < 0 ? Pages().Sum(page => page.Length) : _bytes + image.Length;
            if (_bytes > options.Value.PageCacheBytes)
            {
                Trim();
            }
        }
        finally
        {
            _gate.Release();
            File.Delete(unfinished);
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>Down to three quarters, so that not every page drawn looks through the folder.</summary>
    private void Trim()
    {
        List<FileInfo> pages = [.. Pages().OrderBy(page => page.LastWriteTimeUtc)];
        _bytes = pages.Sum(page => page.Length);
        foreach (FileInfo oldest in pages.TakeWhile(_ => _bytes > options.Value.PageCacheBytes / 4 * 3))
        {
            _bytes -= oldest.Length;
            oldest.Delete();
        }
    }

    private List<FileInfo> Pages() => [.. new DirectoryInfo(folder.Cache).EnumerateDirectories().SelectMany(d => d.EnumerateDirectories("*" + Folder)).SelectMany(d => d.EnumerateFiles("*.png"))];
}
