using Platform.Web.Layout;

namespace Platform.Web.Tests.Layout;

public sealed class LineDifferenceTests
{
    [Theory]
    [InlineData("Be kind.\nCite it.", "Be kind.\nCite all of it.", "  Be kind.|- Cite it.|+ Cite [all of ]it.")]
    [InlineData("a\nb", "a\r\nnew\r\nb", "  a|+ new|  b")]
    [InlineData("Leave is 25 days.\nb", "Leave is 27 days.\nmore\nb", "- Leave is [25] days.|+ Leave is [27] days.|+ more|  b")]
    [InlineData("年假二十五天。", "年假二十七天。", "- 年假二十[五]天。|+ 年假二十[七]天。")]
    [InlineData("Ask nobody.", "Wholly another rule, in other words.", "- Ask nobody.|+ Wholly another rule, in other words.")]
    public void Lines_of_before_stand_over_those_in_their_place_with_changed_words_marked(string first, string second, string shown) =>
        Assert.Equal(shown, string.Join('|', Assert.Single(LineDifference.Of(first, second)).Lines.Select(Told)));

    [Fact]
    public void What_is_the_same_far_from_a_change_is_folded()
    {
        string[] lines = [.. Enumerable.Range(1, 60).Select(i => $"Rule {i} stands.")];
        var groups = LineDifference.Of(string.Join('\n', lines), string.Join('\n', lines.Select(line => line.Replace("Rule 30 stands", "Rule 30 falls", StringComparison.Ordinal))));
        Assert.Equal([(true, 27), (false, 6), (true, 28)], groups.Select(group => (group.IsFold, group.Lines.Count)));
        Assert.Equal("- Rule 30 [stands].", Told(groups[1].Lines[2]));
        Assert.Equal(lines, groups.SelectMany(group => group.Lines).Where(line => line.Place != TextPlace.Second).Select(line => line.Text));
        Assert.DoesNotContain(LineDifference.Of("x\nb\nc\nd\nx", "y\nb\nc\nd\ny"), group => group.IsFold); // so few are not worth it
    }

    private static string Told(DifferenceLine line) =>
        line.Place switch { TextPlace.First => "- ", TextPlace.Second => "+ ", _ => "  " } + string.Concat(line.Parts.Select(part => part.Place == TextPlace.Both ? part.Text : $"[{part.Text}]"));
}
