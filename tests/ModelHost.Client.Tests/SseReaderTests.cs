using System.Text;
using Platform.ModelHost.Client.Http;

namespace Platform.ModelHost.Client.Tests;

public sealed class SseReaderTests
{
    [Theory]
    [InlineData("data: a\n\ndata: b\n\n", "a|b")]
    [InlineData("data: a\r\n\r\ndata: b\r\n\r\n", "a|b")]
    [InlineData("data: a\r\rdata: b\r\r", "a|b")]
    [InlineData("data:a\n\n", "a")]
    [InlineData("data:  a\n\n", " a")]
    [InlineData("data: a\ndata: b\n\n", "a\nb")]
    [InlineData("event: x\nid: 1\nretry: 5\ndata: a\n\ndata: b\n\n", "x=a|b")]
    [InlineData("event: x\n\ndata: a\n\n", "a")]
    [InlineData("\n\n\ndata: a\n\n", "a")]
    [InlineData("\uFEFFdata: a\n\n", "a")]
    [InlineData(": ping\n\ndata: a\n\n: queued position=2\n\n", "#ping|a|#queued position=2")]
    [InlineData("data: 你好 😀\n\n", "你好 😀")]
    [InlineData("data: a", "")]
    [InlineData("data: a\n", "")]
    [InlineData("data\n\n", "")]
    [InlineData("", "")]
    public async Task Events_are_read_whatever_the_line_ends_and_wherever_the_bytes_are_cut(string text, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var size = 1; size <= Math.Max(bytes.Length, 1); size++)
        {
            Assert.Equal(expected, string.Join('|', await ReadAsync(new Pieces(bytes, size))));
        }
    }

    [Fact]
    public async Task A_line_without_end_is_refused()
    {
        var endless = new Pieces(Encoding.UTF8.GetBytes("data: " + new string('x', 5 * 1024 * 1024)), 64 * 1024);
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(endless));
    }

    private static async Task<List<string>> ReadAsync(Stream stream)
    {
        var reader = new SseReader(stream);
        var items = new List<string>();
        while (await reader.NextAsync(TestContext.Current.CancellationToken) is { } item)
        {
            items.Add((item.IsComment ? "#" : item.Event is { } name ? name + "=" : "") + item.Text);
        }

        return items;
    }

    /// <summary>Gives a few bytes a read.</summary>
    private sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
