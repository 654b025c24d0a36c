using Platform.Retrieval.Chunking;

namespace Platform.Retrieval.Tests.Chunking;

public sealed class SentenceSplitterTests
{
    [Theory]
    [InlineData("One. Two! Three? Four", "One.|Two!|Three?|Four")]
    [InlineData("Mr. Smith met Dr. Lee at 3.5 p.m. on Jan. 3. They left.", "Mr. Smith met Dr. Lee at 3.5 p.m. on Jan. 3.|They left.")]
    [InlineData("See No. 5 and Fig. 2 for details. Is it? No. It is not.", "See No. 5 and Fig. 2 for details.|Is it?|No.|It is not.")]
    [InlineData("The U.S. office is closed. We work in the U.S. The rest do not.", "The U.S. office is closed.|We work in the U.S.|The rest do not.")]
    [InlineData("Use a VPN, e.g. WireGuard. J. R. Smith signs.", "Use a VPN, e.g. WireGuard.|J. R. Smith signs.")]
    [InlineData("\"Really?\" he said. \"Yes.\" She nodded.", "\"Really?\" he said.|\"Yes.\"|She nodded.")]
    [InlineData("Wait... what? Then... Nothing.", "Wait... what?|Then...|Nothing.")]
    [InlineData("Go to https://example.com/a.b?c=d.html now. Done.", "Go to https://example.com/a.b?c=d.html now.|Done.")]
    [InlineData("(It is short.) Next one.", "(It is short.)|Next one.")]
    [InlineData("Leave is 25 days. 15 days may be carried over.", "Leave is 25 days.|15 days may be carried over.")]
    public void English_sentences_end_where_a_reader_ends_them(string text, string expected) => Assert.Equal(expected.Split('|'), Sentences(text));

    [Theory]
    [InlineData("员工每年有15天年假。请提前申请！可以结转吗？可以；最多5天。", "员工每年有15天年假。|请提前申请！|可以结转吗？|可以；|最多5天。")]
    [InlineData("他说：“明天放假。”大家很高兴。", "他说：“明天放假。”|大家很高兴。")]
    [InlineData("费率为3.5%，见第2.1条。（详见附件。）完", "费率为3.5%，见第2.1条。|（详见附件。）|完")]
    [InlineData("请使用VPN.然后登录。", "请使用VPN.|然后登录。")]
    public void Chinese_sentences_end_at_full_width_marks_and_their_closing_quotes(string text, string expected) => Assert.Equal(expected.Split('|'), Sentences(text));

    [Fact]
    public void Lines_headings_list_items_and_table_rows_are_sentences_of_their_own()
    {
        const string text = "1. Scope\n\nAnnual leave\n- Ask first. Then go.\r\nGrade: A. B. C | 5 days. Paid | yes\n\ta\tb. C\n3.1. General rules apply.";
        Assert.Equal(["1. Scope", "Annual leave", "- Ask first.", "Then go.", "Grade: A. B. C | 5 days. Paid | yes", "a\tb. C", "3.1. General rules apply."], Sentences(text));
    }

    /// <summary>Fault 28: a 50 MB single line.</summary>
    [Theory]
    [InlineData("x", 50_000_000)]
    [InlineData("word ", 5_000_000)]
    [InlineData(".", 5_000_000)]
    [InlineData("a. ", 5_000_000)]
    [InlineData("((((\"", 5_000_000)]
    [InlineData("年假", 5_000_000)]
    [InlineData("😀", 5_000_000)]
    [InlineData("Mr. ", 5_000_000)]
    public void A_line_of_50_MB_is_cut_into_bounded_pieces_that_lose_nothing_but_white_space(string unit, int length)
    {
        var text = string.Concat(Enumerable.Repeat(unit, length / unit.Length));
        var sentences = SentenceSplitter.Split(text);
        var previous = 0;
        foreach (var (start, end) in sentences)
        {
            if (start < previous || end <= start || end - start > SentenceSplitter.LongestSentence) Assert.Fail($"[{start}, {end}) after {previous}");
            if (!text.AsSpan(previous, start - previous).IsWhiteSpace()) Assert.Fail($"text lost before {start}");
            if (char.IsLowSurrogate(text[start])) Assert.Fail($"a pair is cut at {start}");
            previous = end;
        }
        Assert.True(text.AsSpan(previous).IsWhiteSpace());
    }

    [Fact]
    public void A_run_without_marks_is_cut_at_white_space()
    {
        var text = string.Join(' ', Enumerable.Repeat("abcdefghi", 500));
        Assert.All(SentenceSplitter.Split(text), span => Assert.Equal(0, (span.End - span.Start + 1) % 10));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\u3000\n")]
    public void White_space_holds_no_sentence(string text) => Assert.Empty(SentenceSplitter.Split(text));

    private static string[] Sentences(string text) => [.. SentenceSplitter.Split(text).Select(span => text[span.Start..span.End])];
}
