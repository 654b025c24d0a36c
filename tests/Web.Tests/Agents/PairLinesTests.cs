using Platform.Web.Features.Agents.ToolSetup;

namespace Platform.Web.Tests.Agents;

public sealed class PairLinesTests
{
    private static readonly Dictionary<string, string> Stored = new(StringComparer.Ordinal) { ["Authorization"] = "Bearer s3cret", ["X-Team"] = "a" };

    [Fact]
    public void A_stored_value_is_not_shown_and_its_dots_keep_it()
    {
        var shown = PairLines.Hidden(Stored);
        Assert.DoesNotContain("s3cret", shown, StringComparison.Ordinal);
        Assert.Equal(Stored, PairLines.Read(shown, Stored));
    }

    [Fact]
    public void Lines_are_added_changed_and_taken_out_and_a_value_may_hold_colons() =>
        Assert.Equal(
            new Dictionary<string, string> { ["Authorization"] = "Bearer s3cret", ["X-Url"] = "http://a:1" },
            PairLines.Read($"Authorization: {PairLines.Kept}\n\n X-Url :http://a:1 ", Stored));

    [Theory]
    [InlineData("no colon")]
    [InlineData(": no name")]
    public void A_line_that_says_nothing_is_refused(string line) => Assert.Null(PairLines.Read(line, Stored));
}
