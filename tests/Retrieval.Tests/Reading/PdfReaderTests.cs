using Platform.Retrieval.Reading;
using Piece = Platform.Retrieval.Tests.Reading.TestPdf.Piece;

namespace Platform.Retrieval.Tests.Reading;

public sealed class PdfReaderTests : DocumentReaderSuite
{
    protected override string MediaType => "application/pdf";

    protected override string WriteSample() => Write(TestPdf.Of(
        [new(72, 90, 20, "Annual leave"), new(72, 130, 11, "Employees have 25 days of leave. The rest of the rules is on the"), new(72, 144, 11, "next page."), new(72, 190, 11, "- one"), new(72, 204, 11, "- two")],
        [new(72, 90, 11, "The second page.")]), "sample.pdf");

    [Fact]
    public async Task Headings_paragraphs_and_lists_are_told_apart()
    {
        Assert.Equal(
            ["Heading1: Annual leave", "Paragraph: Employees have 25 days of leave. The rest of the rules is on the next page.", "ListItem1: - one", "ListItem1: - two", "Paragraph: The second page."],
            Shown(await ReadAsync(WriteSample())));
    }

    [Fact]
    public async Task Words_carry_the_box_where_they_stand()
    {
        var document = await ReadAsync(WriteSample());
        var word = document.Pages[0].Words.Single(word => document.Text[word.Start..word.End] == "Employees");
        Assert.Equal(72 / 595.0, word.X, 0.002);
        Assert.InRange(word.Y, 118 / 842.0, 130 / 842.0);
        Assert.InRange(word.Width, 50 / 595.0, 58 / 595.0);
        Assert.Equal((595, 842), (document.Pages[0].Width, document.Pages[0].Height));
    }

    [Fact]
    public async Task Page_numbers_and_repeated_lines_are_left_out_and_sentences_run_on()
    {
        static Piece[] Page(int number, string text) => [new(72, 40, 9, "Handbook of an invented company"), new(72, 300, 11, text), new(290, 815, 9, $"Page {number} of 3")];
        var document = await ReadAsync(Write(TestPdf.Of(Page(1, "This sentence begins on the first page and"), Page(2, "ends on the second."), Page(3, "The third stands alone.")), "pages.pdf"));
        Assert.Equal("This sentence begins on the first page and ends on the second.\n\nThe third stands alone.", document.Text);
        Assert.Equal(["This sentence begins on the first page and", " ends on the second.", "\n\nThe third stands alone."], document.Pages.Select(page => document.Text[page.Start..page.End]));
    }

    [Fact]
    public async Task Words_cut_at_the_end_of_a_line_are_whole_and_each_half_keeps_its_box()
    {
        var document = await ReadAsync(Write(TestPdf.Of([new Piece(72, 100, 11, "All about the infor-"), new Piece(72, 114, 11, "mation desk and HR-"), new Piece(72, 128, 11, "204 for short.")]), "hyphen.pdf"));
        Assert.Contains("information desk and HR- 204", document.Text, StringComparison.Ordinal);
        Assert.Contains(document.Pages[0].Words, word => document.Text[word.Start..word.End] == "mation");
    }

    [Fact]
    public async Task Short_cells_in_columns_are_a_table()
    {
        string[][] rows = [["Occasion", "Days", "Proof"], ["Own wedding", "3 days", "Certificate"], ["Moving house", "1 day", "New address"], ["Jury service", "as long as it takes", "Summons"]];
        var document = await ReadAsync(Write(TestPdf.Of([new(72, 80, 11, "These are the days that are paid in full by the company, whoever asks for them."), .. rows.SelectMany((row, at) => row.Select((cell, column) => new Piece(80 + column * 150, 120 + at * 22, 10, cell)))]), "table.pdf"));
        Assert.Equal(["TableRow1: Occasion | Days | Proof", "TableRow: Own wedding | 3 days | Certificate", "TableRow: Moving house | 1 day | New address", "TableRow: Jury service | as long as it takes | Summons"], Shown(document).Skip(1));
    }

    [Fact]
    public async Task Columns_of_prose_are_read_one_after_the_other()
    {
        string[] left = ["The left column tells of leave and", "of the days that are given to all", "who have been with us for a year."], right = ["The right column tells of the pay", "that comes on the last day of the", "month, or on the day before that."];
        var document = await ReadAsync(Write(TestPdf.Of([.. left.Select((text, line) => new Piece(60, 100 + line * 14, 11, text)), .. right.Select((text, line) => new Piece(320, 100 + line * 14, 11, text))]), "columns.pdf"));
        Assert.Equal([string.Join(' ', left), string.Join(' ', right)], document.Blocks.Select(block => document.Text[block.Start..block.End]));
    }

    [Fact]
    public async Task Turned_pages_keep_their_words_inside()
    {
        var document = await ReadAsync(Write(TestPdf.Of([[new Piece(60, 100, 11, "Turned by ninety degrees."), new Piece(60, 780, 11, "Far down.")]], "/Rotate 90"), "turned.pdf"));
        Assert.Equal((842, 595), (document.Pages[0].Width, document.Pages[0].Height));
        Assert.All(document.Pages[0].Words, word => Assert.InRange(word.X + word.Width, 0, 1));
    }

    [Fact]
    public async Task A_page_is_drawn_as_PNG_of_the_asked_resolution()
    {
        var png = await PdfPages.RenderAsync(WriteSample(), 2, 110, TestContext.Current.CancellationToken);
        Assert.Equal("\u0089PNG"u8[1..].ToArray().Skip(1), png.Skip(1).Take(3));
        Assert.Equal(Math.Ceiling(595 * 110 / 72.0), System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), 1.0);
    }

    [Fact]
    public async Task A_page_that_there_is_not_is_the_callers_mistake() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => PdfPages.RenderAsync(WriteSample(), 3, 110, TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_page_as_large_as_a_field_is_drawn_to_fit()
    {
        var text = System.Text.Encoding.Latin1.GetString(TestPdf.Of([new Piece(72, 100, 11, "Small.")])).Replace("[0 0 595 842]", "[0 0 9999 999]", StringComparison.Ordinal);
        var png = await PdfPages.RenderAsync(Write(TestPdf.Bytes(text), "field.pdf"), 1, 110, TestContext.Current.CancellationToken);
        Assert.Equal(PdfPages.LongestSide, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
    }
}
