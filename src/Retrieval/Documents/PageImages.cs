using Microsoft.Extensions.Options;

namespace Platform.Retrieval.Documents;

/// <summary>
/// The pages of PDFs as pictures, made by <paramref name="draw"/> (file, page) and kept as files. A few are drawn at once and the others wait; those who ask for the same page share one drawing, which ends
/// when the last of them has left.
/// </summary>
internal sealed class PageImages(PageCache cache, IOptions<RetrievalOptions> options, Func<string, int, CancellationToken, Task<byte[]>> draw) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.Value.PageDrawings);
    private readonly Dictionary<string, Drawing> _drawings = [];

    /// <summary>The picture's bytes.</summary>
    /// <param name="path">Where it is kept.</param>
    public async Task<byte[]> GetAsync(string file, int page, string path, CancellationToken cancellation)
    {
        if (await cache.ReadAsync(path, cancellation) is { } kept)
        {
            return kept;
        }

        Drawing drawing = Join(path, stop => DrawAsync(file, page, path, stop));
        try
        {
            return await drawing.Image.Value.WaitAsync(cancellation);
        }
        finally
        {
            await LeaveAsync(path, drawing);
        }
    }

    public void Dispose() => _places.Dispose();

    private Drawing Join(string path, Func<CancellationToken, Task<byte[]>> make)
    {
        lock (_drawings)
        {
            if (!_drawings.TryGetValue(path, out Drawing? drawing))
            {
                CancellationTokenSource stop = new();
                _drawings[path] = drawing = new Drawing(stop, new Lazy<Task<byte[]>>(() => Task.Run(() => make(stop.Token))));
            }

            drawing.Waiting++;
            return drawing;
        }
    }

    private async Task LeaveAsync(string path, Drawing drawing)
    {
        lock (_drawings)
        {
            if (--drawing.Waiting > 0)
            {
                return;
            }

            _drawings.Remove(path);
        }

        await drawing.Stop.CancelAsync();
    }

    private async Task<byte[]> DrawAsync(string file, int page, string path, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            byte[] image = await draw(file, page, cancellation);
            await cache.KeepAsync(path, image, cancellation);
            return image;
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>One page that is being drawn. Its source is not disposed: it has no timer and no link.</summary>
    private sealed class Drawing(CancellationTokenSource stop, Lazy<Task<byte[]>> image)
    {
        public CancellationTokenSource Stop => stop;

        public Lazy<Task<byte[]>> Image => image;

        public int Waiting { get; set; }
    }
}
