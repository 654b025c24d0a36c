using Platform.Retrieval.Reading;
using Platform.Web.Features.Documents;

namespace Platform.Web.Tests.Knowledge;

public sealed class DocumentTextTests
{
    private static ParsedDocument Text(string text, params ParsedBlock[] blocks) => new("text/plain", null, text, [new ParsedPage(1, 0, text.Length, 0, 0, [])], blocks);

    [Fact]
    public void A_file_of_one_very_long_line_is_cut_into_pieces_that_lose_nothing()
    {
        var text = string.Concat(Enumerable.Repeat("😀", 9000));

        var parts = TextPart.Of(Text(text, new ParsedBlock(BlockKind.Paragraph, 0, 0, text.Length)));

        Assert.All(parts, p => Assert.InRange(p.End - p.Start, 1, TextPart.Longest));
        Assert.All(parts, p => Assert.False(char.IsLowSurrogate(text[p.Start])));
        Assert.Equal(text, string.Concat(parts.Select(p => text[p.Start..p.End])));
    }

    [Fact]
    public void A_sheet_begins_with_its_name()
    {
        const string text = "a\tb\nc\td";
        var book = new ParsedDocument("x", null, text, [new ParsedPage(1, 0, 4, 0, 0, [], "Rates"), new ParsedPage(2, 4, 7, 0, 0, [], "Limits")],
            [new ParsedBlock(BlockKind.TableRow, 0, 0, 3), new ParsedBlock(BlockKind.TableRow, 0, 4, 7)]);

        Assert.Equal(["Rates", "Limits"], TextPart.Of(book).Select(p => p.Label));
    }

    [Theory]
    [InlineData("a\tb | c\td", new[] { "a", "b | c", "d" })]
    [InlineData("a | b", new[] { "a", "b" })]
    [InlineData("alone", new[] { "alone" })]
    [InlineData("a\t\t", new[] { "a", "", "" })]
    public void A_row_is_cut_into_its_cells(string row, string[] cells) => Assert.Equal(cells, TableCells.Of(row, 0, row.Length).Select(c => row[c.From..c.To]));

    [Fact]
    public void The_window_grows_at_one_end_and_lets_go_at_the_other()
    {
        var window = PartWindow.Around(200, 1000, 60);
        for (var i = 0; i < 13; i++)
        {
            window = window.Grow(before: false, 60, 600);
        }

        Assert.Equal(1000, window.To);
        Assert.Equal(600, window.To - window.From);
        Assert.False(window.MoreAfter);
        Assert.True(window.MoreBefore);
        Assert.Equal(600, window.Grow(before: true, 60, 600) is var grown ? grown.To - grown.From : 0);
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\x\\报告.pdf", "报告.pdf")]
    [InlineData("evil\u202Efdp.exe", "evilfdp.exe")]
    [InlineData("a\0b\r\nc", "abc")]
    [InlineData("///", "document")]
    public void A_downloads_name_cannot_mislead_faults_28_and_29(string given, string plain) => Assert.Equal(plain, DocumentFiles.PlainName(given));
}
