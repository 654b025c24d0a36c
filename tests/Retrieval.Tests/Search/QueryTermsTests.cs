using System.Globalization;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Tests.Search;

public sealed class QueryTermsTests
{
    [Theory]
    [InlineData("The Employees carried over days", "the employe carri over dai")]
    [InlineData("reimbursed reimbursement reimburse", "reimburs reimburs reimburs")]
    [InlineData("HR-204, HR204", "hr204 hr 204 hr204")]
    [InlineData("3.5 % of 1,000 in 2024-03-01", "3.5 of 1000 in 20240301 2024 03 01")]
    [InlineData("Café naïve Ærø Straße", "cafe naiv aero strass")]
    [InlineData("e-mail the U.S. office's C++ and C# code", "email the us offic cplusplus and csharp code")]
    [InlineData("hours 09:00-18:00", "hour 09 00 18 00")]
    [InlineData("ＡＢＣ１２３ ﬁle", "abc123 file")]
    [InlineData("年假", "年假")]
    [InlineData("员工有15天年假", "员工 工有 15 天年 年假")]
    [InlineData("我 A 你", "我 a 你")]
    [InlineData("使用VPN连接", "使用 vpn 连接")]
    [InlineData("𠀀𠀁𠀂", "𠀀𠀁 𠀁𠀂")]
    [InlineData("pass\u200Bword", "password")]
    [InlineData("", "")]
    public void Terms_are_folded_stemmed_and_cut_into_bigrams(string text, string expected) => Assert.Equal(expected, string.Join(' ', QueryTerms.Of(text)));

    [Fact]
    public void Terms_are_the_same_whatever_language_the_machine_speaks()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR"); // where the small I has no dot, and the large i has one
            Assert.Equal("index titl id", string.Join(' ', QueryTerms.Of("INDEX TITLE ID")));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("How many days of annual leave do I get?", "dai annual leav")]
    [InlineData("Who is IT for?", "it")]
    [InlineData("员工的年假是几天？", "员工 年假")]
    [InlineData("请问出差的目的是什么", "出差 目的")]
    [InlineData("如何申请报销？", "申请 请报 报销")]
    public void Content_terms_leave_the_grammar_of_a_question_out(string text, string expected) => Assert.Equal(expected, string.Join(' ', QueryTerms.ContentOf(text)));

    [Theory]
    [InlineData("what is it?", "what is it")]
    [InlineData("这是什么", "这是 是什 什么")]
    public void A_question_of_stop_words_only_keeps_all_its_terms(string text, string expected) => Assert.Equal(expected, string.Join(' ', QueryTerms.ContentOf(text)));

    [Theory]
    [InlineData("caresses", "caress")]
    [InlineData("ponies", "poni")]
    [InlineData("agreed", "agre")]
    [InlineData("hopping", "hop")]
    [InlineData("hoping", "hope")]
    [InlineData("relational", "relat")]
    [InlineData("vietnamization", "vietnam")]
    [InlineData("generalizations", "gener")]
    [InlineData("oscillators", "oscil")]
    [InlineData("controlling", "control")]
    [InlineData("happy", "happi")]
    [InlineData("sky", "sky")]
    public void English_stems_are_those_of_the_published_algorithm(string word, string stem) => Assert.Equal(stem, Assert.Single(QueryTerms.Of(word)));

    /// <summary>Fault 28: lone surrogates and endless runs.</summary>
    [Fact]
    public void Broken_and_endless_text_gives_bounded_terms()
    {
        Assert.Equal(["ab", "cd"], QueryTerms.Of("ab\uD800 \uDC00cd"));
        Assert.All(QueryTerms.Of(new string('y', 1_000_000) + " " + string.Concat(Enumerable.Repeat("\u0301", 1000))), term => Assert.True(term.Length <= QueryTerms.LongestTerm));
    }
}
