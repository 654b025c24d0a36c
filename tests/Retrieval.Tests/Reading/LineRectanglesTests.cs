using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Tests.Reading;

public sealed class LineRectanglesTests
{
    [Fact]
    public void Rectangles_are_one_a_line_and_hold_only_the_span()
    {
        // Two lines of four words, then the second column.
        List<WordBox> words = [];
        const string Text = "one two three four five six seven eight nine ten";
        var at = 0;
        foreach (var (word, i) in Text.Split(' ').Select((word, i) => (word, i)))
        {
            var column = i / 8;
            words.Add(new(at, at + word.Length, 0.1f + (0.1f * (i % 4)) + (0.5f * column), 0.1f + (0.03f * (i / 4 % 2)), 0.08f, 0.02f));
            at += word.Length + 1;
        }
        ParsedDocument document = new("application/pdf", null, Text, [new ParsedPage(4, 0, Text.Length, 600, 800, words)], []);
        var found = LineRectangles.Of(document, Text.IndexOf("two", StringComparison.Ordinal), Text.IndexOf(" ten", StringComparison.Ordinal));
        Assert.Equal(3, found.Count);
        Assert.All(found, rectangle => Assert.Equal(4, rectangle.Page));
        Assert.Equal((0.2f, 0.1f), (found[0].X, found[0].Y), Near);
        Assert.Equal(0.28f, found[0].Width, 3);
        Assert.Equal(0.38f, found[1].Width, 3);
        Assert.Equal(0.6f, found[2].X, 3);
    }

    private static bool Near((float X, float Y) a, (float X, float Y) b) => Math.Abs(a.X - b.X) < 0.001 && Math.Abs(a.Y - b.Y) < 0.001;
}
