using Platform.Web.Layout;

namespace Platform.Web.Tests.Layout;

public sealed class TextDifferenceTests
{
    [Theory]
    [InlineData("27 days of leave.", "27 days of leave.", "27 days of leave.")]
    [InlineData("It is 27 days a year.", "It is 28 days a year.", "It is -27-+28+ days a year.")]
    [InlineData("", "New.", "+New.+")]
    [InlineData("Ask Ana today.", "Ask Ana.", "Ask Ana- today-.")]
    [InlineData("年假有二十七天", "年假有二十八天", "年假有二十-七-+八+天")]
    [InlineData("나는 학교에 간다", "나는 집에 간다", "나는 -학교에-+집에+ 간다")]
    [InlineData("one two three", "two three four", "-one -two three+ four+")]
    [InlineData("Yes.", "Yes, and more of it.", "Yes+, and more of it+.")]
    [InlineData("You have two more days than before.", "In short: two.", "-You have two more days than before.-+In short: two.+")]
    public void Words_that_stand_in_one_text_alone_are_marked_and_signs_where_there_are_no_spaces(string first, string second, string marked) =>
        Assert.Equal(marked, string.Concat(TextDifference.OfWords(first, second).Select(Marked)));

    [Fact]
    public void Texts_too_long_to_be_compared_differ_between_how_both_begin_and_end()
    {
        var (first, second) = (Enumerable.Range(0, 1500).Select(i => $"a{i}"), Enumerable.Range(0, 1500).Select(i => $"b{i}"));
        var parts = TextDifference.Of(["same", .. first, "end"], ["same", .. second, "end"]);
        Assert.Equal((TextPlace.Both, TextPlace.Both), (parts[0].Place, parts[^1].Place));
        Assert.Equal((1500, 1500), (parts.Count(part => part.Place == TextPlace.First), parts.Count(part => part.Place == TextPlace.Second)));
    }

    [Fact]
    public void Long_texts_that_are_the_same_are_not_copied_sign_by_sign()
    {
        var text = new string('年', 30_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(new DifferencePart(TextPlace.Both, text), Assert.Single(TextDifference.OfWords(text, text)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 20);
    }

    private static string Marked(DifferencePart part) => part.Place switch { TextPlace.First => $"-{part.Text}-", TextPlace.Second => $"+{part.Text}+", _ => part.Text };
}
