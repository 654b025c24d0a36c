using Platform.Agents.Answering;
using Platform.Web.Features.Chat.Rendering;

namespace Platform.Web.Tests.Chat;

public sealed class AnswerBlocksTests
{
    private static readonly MarkupLabels Labels = new("Copy", "Source {0}");

    [Theory]
    [InlineData("One.\n\nTwo.\n\nThree.", 3)]
    [InlineData("```\na\n\nb\n```\n\nAfter.", 2)]
    [InlineData("````\n```\n\nb\n````\n\nAfter.", 2)]
    [InlineData("- a\n\n- b\n\n  more\n\nAfter.", 2)]
    [InlineData("1. a\n\n2. b", 1)]
    [InlineData("> a\n\n> b", 1)]
    [InlineData("", 0)]
    public void A_block_ends_only_where_later_text_cannot_change_it(string markdown, int blocks)
    {
        var ranges = MarkdownSplit.Blocks(markdown);

        Assert.Equal(blocks, ranges.Count);
        Assert.Equal(markdown, string.Concat(ranges.Select(r => markdown[r])));
    }

    [Fact]
    public void Growing_text_renders_only_the_open_block_again()
    {
        var blocks = new AnswerBlocks(Labels);
        blocks.Update("First paragraph.\n\nSecond", []);
        var before = blocks.Rendered;

        blocks.Update("First paragraph.\n\nSecond grows", []);

        Assert.Equal(before + 1, blocks.Rendered);
        Assert.Equal(["<p>First paragraph.</p>", "<p>Second grows</p>"], blocks.Html.Select(h => h.Trim()));
    }

    [Fact]
    public void A_citation_that_comes_after_its_mark_turns_the_mark_into_a_button()
    {
        var blocks = new AnswerBlocks(Labels);
        blocks.Update("Claim [1].\n\nOther.\n\nMore", []);
        var before = blocks.Rendered;

        blocks.Update("Claim [1].\n\nOther.\n\nMore", [Samples.Citation(1)]);

        Assert.Equal(before + 1, blocks.Rendered);
        Assert.Contains("data-n=\"1\"", blocks.Html.First(), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_grows_letter_by_letter_ends_as_if_it_had_come_at_once()
    {
        const string text = "# Leave\n\nYou have **25 days** [1].\n\n- one\n- two\n\n```\ncode\n\nmore\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd [2].";
        IReadOnlyList<Citation> citations = [Samples.Citation(1), Samples.Citation(2)];
        var growing = new AnswerBlocks(Labels);
        for (var length = 1; length <= text.Length; length++)
        {
            growing.Update(text[..length], citations);
        }
        var whole = new AnswerBlocks(Labels);
        whole.Update(text, citations);

        Assert.Equal(whole.Html, growing.Html);
    }
}
