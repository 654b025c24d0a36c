using Microsoft.Extensions.Options;
using Platform.Fakes;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Tests.Reading;

namespace Platform.Retrieval.Tests.Documents;

public sealed class PageImagesTests : IDisposable
{
    private const int Drawings = 2;

    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_who_ask_for_a_page_at_once_share_one_drawing_and_later_ones_find_it_kept()
    {
        TaskCompletionSource go = new();
        int drawn = 0;
        using PageCache cache = Cache(long.MaxValue);
        using PageImages images = Images(cache, async (_, page, _) =>
        {
            Interlocked.Increment(ref drawn);
            await go.Task;
            return [(byte)page];
        });
        Task<byte[]>[] asked = [.. Enumerable.Range(0, 20).Select(_ => images.GetAsync("file", 7, PathOf(7), Token))];
        go.SetResult();
        Assert.All(await Task.WhenAll(asked), image => Assert.Equal([7], image));
        Assert.Equal([7], await images.GetAsync("file", 7, PathOf(7), Token));
        Assert.Equal(1, drawn);
    }

    [Fact]
    public async Task Only_so_many_pages_are_drawn_at_once_and_one_that_nobody_waits_for_any_more_is_stopped()
    {
        SemaphoreSlim begun = new(0), ended = new(0);
        int now = 0, most = 0;
        using PageCache cache = Cache(long.MaxValue);
        using PageImages images = Images(cache, async (_, _, stop) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            begun.Release();
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
                return [];
            }
            finally
            {
                Interlocked.Decrement(ref now);
                ended.Release();
            }
        });
        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<byte[]>[] asked = [.. Enumerable.Range(1, 10).Select(page => images.GetAsync("file", page, PathOf(page), leave.Token))];
        for (int i = 0; i < Drawings; i++)
        {
            await begun.WaitAsync(Token);
        }

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(asked));
        for (int i = 0; i < Drawings; i++)
        {
            await ended.WaitAsync(Token);
        }

        Assert.Equal(Drawings, most);
    }

    [Fact]
    public async Task Pages_beyond_the_bytes_kept_go_those_first_that_were_not_looked_at_for_longest()
    {
        using PageCache cache = Cache(bytes: 400);
        for (int page = 1; page <= 4; page++)
        {
            await KeepAsync(page);
        }

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(await cache.ReadAsync(PathOf(1), Token));
        await KeepAsync(5);
        Assert.Equal([1, 4, 5], Enumerable.Range(1, 5).Where(page => File.Exists(PathOf(page))));

        Task KeepAsync(int page)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            return cache.KeepAsync(PathOf(page), new byte[100], Token);
        }
    }

    [Fact]
    public async Task A_page_of_a_document_is_drawn_and_kept()
    {
        await using Room room = await Room.OpenAsync(_folder.Data);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        using MemoryStream pdf = new(TestPdf.Of([new TestPdf.Piece(72, 72, 12, "The canteen opens at noon.")]));
        Guid id = (await room.Ingest.AddAsync(Room.Ada, baseId, "a.pdf", pdf, DuplicateChoice.Ask, Token)).Document!.Id;
        await room.WaitAsync(id, DocumentState.Ready);
        byte[][] images = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => room.Documents.RenderPageAsync(Room.Ada, id, 1, Token)));
        string kept = Assert.Single(Directory.GetFiles(_folder.Data.Cache, "*.png", SearchOption.AllDirectories));
        byte[] bytes = await File.ReadAllBytesAsync(kept, Token);
        Assert.Equal("PNG"u8, bytes.AsSpan(1, 3));
        Assert.All(images, image => Assert.Equal(bytes, image));
    }

    public void Dispose() => _folder.Dispose();

    private string PathOf(int page) => Path.Combine(_folder.Data.Cache, "ab", $"cdef{PageCache.Folder}", $"{page}.png");

    private PageCache Cache(long bytes) => new(_folder.Data, Options.Create(new RetrievalOptions { PageCacheBytes = bytes }), _clock);

    private static PageImages Images(PageCache cache, Func<string, int, CancellationToken, Task<byte[]>> draw) =>
        new(cache, Options.Create(new RetrievalOptions { PageDrawings = Drawings }), draw);
}
