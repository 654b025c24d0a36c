using Platform.Training.Rows;

namespace Platform.Training.Datasets.Tests.Rows;

public sealed class TextPiecesTests
{
    private const int Tokens = TextPieces.UsualTokens;

    /// <summary>A law: an article a line, none of them longer than a piece, no empty lines.</summary>
    [Fact]
    public void A_text_of_a_few_pages_makes_so_many_rows_that_a_tenth_can_be_held_out()
    {
        string[] law = [.. Enumerable.Range(1, 100).Select(article => $"第{article}条　" + new string('法', 40 + article % 30))];
        var rows = Pieces(law);
        Assert.InRange(rows.Count, 10, 20);
        Assert.All(rows, row => Assert.InRange(row.Text.Length, Tokens / 2, Tokens * 9 / 8)); // a digit is foreseen as less than a token
        Assert.Equal(string.Join('\n', law), string.Join('\n', rows.Select(row => row.Text)));
        Assert.Equal(rows.Select(row => row.Text[..row.Text.IndexOf('　', StringComparison.Ordinal)]), rows.Select(row => $"第{row.Line}条")); // each begins where it says
    }

    [Fact]
    public void An_empty_line_ends_a_row_that_holds_half_and_a_line_that_does_not_fit_begins_the_next()
    {
        var half = new string('a', 2 * Tokens);
        Assert.Equal(["Head\n\n" + half, "Next\n\n" + new string('b', 9 * Tokens), "Last"], Texts("Head", "", half, "", "Next", "", new string('b', 9 * Tokens), "", "Last")); // a heading stays with what follows; a line is not cut
        Assert.Equal([half, half], Texts(half, half)); // without the empty line
        Assert.Equal([half + "\n" + half[..^2]], Texts(half, half[..^2]));
    }

    [Fact]
    public void Who_learns_more_at_once_gets_longer_rows()
    {
        string[] lines = [.. Enumerable.Repeat(new string('a', 99), 100)]; // 2,500 tokens
        Assert.Equal((5, 2, 20), (Pieces(lines).Count, Pieces(lines, 2_048).Count, Pieces(lines, 128).Count));
    }

    private static List<string> Texts(params string[] lines) => [.. Pieces(lines).Select(row => row.Text)];

    private static List<(int Line, string Text)> Pieces(string[] lines, int tokens = Tokens)
    {
        TextPieces pieces = new(tokens);
        List<(int, string)> rows = [.. lines.Select(pieces.Add).OfType<(int, string)>()];
        return pieces.End() is { } last ? [.. rows, last] : rows;
    }
}
