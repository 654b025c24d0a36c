using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Tests.Reading;

/// <summary>What holds for every reader; one subclass a format makes the file.</summary>
public abstract class DocumentReaderSuite : TestFolder
{
    /// <summary>A file that holds the heading "Annual leave", a list or rows, and the sentence "Employees have 25 days of leave." and the words 年假.</summary>
    protected abstract string WriteSample();

    protected abstract string MediaType { get; }

    [Fact]
    public async Task Spans_lie_inside_the_text_in_order_and_do_not_overlap()
    {
        var document = await ReadAsync(WriteSample());
        Assert.NotEmpty(document.Blocks);
        var end = 0;
        foreach (var block in document.Blocks)
        {
            Assert.InRange(block.Start, end, document.Text.Length);
            Assert.InRange(block.End, block.Start + 1, document.Text.Length);
            Assert.Equal(document.Text[block.Start..block.End].Trim(), document.Text[block.Start..block.End]);
            end = block.End;
        }
    }

    [Fact]
    public async Task Pages_are_numbered_from_one_and_cover_the_text()
    {
        var document = await ReadAsync(WriteSample());
        Assert.NotEmpty(document.Pages);
        var end = 0;
        foreach (var (page, number) in document.Pages.Select((page, at) => (page, at + 1)))
        {
            Assert.Equal((number, end), (page.Number, page.Start));
            Assert.InRange(page.End, page.Start, document.Text.Length);
            end = page.End;
        }
        Assert.Equal(document.Text.Length, end);
    }

    [Fact]
    public async Task Words_lie_inside_their_page_and_hold_no_white_space()
    {
        var document = await ReadAsync(WriteSample());
        foreach (var page in document.Pages)
        {
            foreach (var word in page.Words)
            {
                Assert.InRange(word.Start, page.Start, page.End);
                Assert.InRange(word.End, word.Start + 1, page.End);
                Assert.DoesNotContain(document.Text[word.Start..word.End], char.IsWhiteSpace);
                Assert.All(new[] { word.X, word.Y, word.X + word.Width, word.Y + word.Height }, share => Assert.InRange(share, 0f, 1.0001f));
            }
        }
    }

    [Fact]
    public async Task The_text_says_what_the_file_says_and_nothing_invisible()
    {
        var document = await ReadAsync(WriteSample());
        Assert.Equal(MediaType, document.MediaType);
        Assert.Contains("25 days of leave", document.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(document.Text, c => char.IsControl(c) && c is not ('\n' or '\t'));
    }

    [Fact]
    public async Task Reading_twice_gives_the_same()
    {
        var path = WriteSample();
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(await ReadAsync(path)), System.Text.Json.JsonSerializer.Serialize(await ReadAsync(path)));
    }

    [Fact]
    public async Task Cancelling_passes_through()
    {
        var path = WriteSample();
        var reader = new ReaderByContent(Microsoft.Extensions.Options.Options.Create(Options)).For(MediaType);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadAsync(path, null, cancelled.Token));
    }
}
