using Platform.Agents.Answering;
using Platform.Agents.Answering.Citing;

namespace Platform.Agents.Tests.Answering;

public sealed class CitationVerifierTests
{
    [Theory]
    [InlineData("Everybody has 27 days of annual leave.", "Everybody has 27 days of annual leave, pro rata.", Verdict.Supported)]
    [InlineData("Annual leave is 27 days for everybody.", "Everybody has 27 days of annual leave.", Verdict.Supported)]
    [InlineData("Annual leave is twenty-seven days for everybody.", "Everybody has 27 days of annual leave.", Verdict.Supported)]
    [InlineData("Annual leave is 28 days for everybody.", "Everybody has 27 days of annual leave.", Verdict.Unsupported)]
    [InlineData("Claims are due on 31 March 2026.", "Claims are due on 2026-03-31 at the latest.", Verdict.Supported)]
    [InlineData("Claims are due on 30 March 2026.", "Claims are due on 2026-03-31 at the latest.", Verdict.Unsupported)]
    [InlineData("The limit is 1000 pounds.", "The limit is 1,000.00 pounds a year.", Verdict.Supported)]
    [InlineData("Dogs are allowed in the office.", "Dogs are not allowed in the office.", Verdict.Partly)]
    [InlineData("The canteen serves lunch.", "Everybody has 27 days of annual leave.", Verdict.Unsupported)]
    [InlineData("员工每年享有15天年假。", "入职满五年的员工，每年享有15天年假。", Verdict.Supported)]
    [InlineData("员工每年享有十五天年假。", "入职满五年的员工，每年享有15天年假。", Verdict.Supported)]
    [InlineData("员工每年享有20天年假。", "入职满五年的员工，每年享有15天年假。", Verdict.Unsupported)]
    [InlineData("报销单须在2026年3月31日前提交。", "报销单最晚在2026-03-31提交。", Verdict.Partly)]
    [InlineData("办公区允许带宠物。", "办公区不允许带宠物。", Verdict.Partly)]
    [InlineData("!", "Everybody has 27 days.", Verdict.NoClaim)]
    public void A_claim_is_judged_by_quote_numbers_and_words(string claim, string quote, Verdict expected) =>
        Assert.Equal(expected, CitationVerifier.Judge(claim, quote, quote));

    [Fact]
    public void A_number_that_stands_elsewhere_in_the_passage_supports_in_part() =>
        Assert.Equal(Verdict.Partly, CitationVerifier.Judge("Annual leave is 27 days.", "Annual leave is counted in days.", "Annual leave is counted in days. Everybody has 27."));

    [Theory]
    [InlineData("Annual leave is 28 days after five years.", "more after five years", "", Verdict.Partly)] // the question's, beside one that stands there
    [InlineData("Annual leave is 40 days.", "Is annual leave 40 days?", "", Verdict.Unsupported)] // the question's alone
    [InlineData("Annual leave is two days more.", "How many more days?", "2", Verdict.Partly)]
    [InlineData("Annual leave is two days more.", "How many more days?", "3", Verdict.Unsupported)]
    [InlineData("Annual leave is 28 days after five years, and 41 in all.", "more after five years", "2", Verdict.Unsupported)]
    [InlineData("The canteen serves two lunches.", "How many?", "2", Verdict.Unsupported)]
    [InlineData("每年年假多2天。", "五年后多几天？", "2", Verdict.Partly)]
    [InlineData("五年后年假为28天。", "五年后年假多少天？", "", Verdict.Partly)]
    [InlineData("五年后年假为40天。", "五年后年假多少天？", "", Verdict.Unsupported)]
    public void A_number_from_elsewhere_refutes_unless_it_is_given(string claim, string question, string computed, Verdict expected)
    {
        const string Text = "Annual leave is 28 days after three years, then more. 年假每年28天，可多休。";
        Assert.Equal(expected, CitationVerifier.Judge(claim, Text, Text, GivenNumbers.Of(question, [computed])));
    }

    [Theory]
    [InlineData("1,000 and 3.50", "1000 3.5")]
    [InlineData("3 March 2024; May 5; it may rain", "2024 3 5")]
    [InlineData("twenty-one of thirty", "21 30")]
    [InlineData("三十天，一百二十元，两万五千，十二", "12 120 25000 30")]
    [InlineData("一般情况一起走，百姓", "")]
    [InlineData("每天三次，一个月", "1 3")]
    public void Numbers_are_read_alike(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', CitedNumbers.Of(text).Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("28 days after three years", Verdict.Partly)]
    [InlineData("more days later", Verdict.Unsupported)]
    public void A_sentence_put_together_of_several_of_its_passage_is_supported_in_part(string later, Verdict expected)
    {
        const string Claim = "After five years you have two more days than after one, 28 instead of 26", Quote = "Requests of up to four days are answered within two working days.";
        var passage = $"You start with 26 days of annual leave in a year. The allowance grows: {later}, 30 after six. {Quote}";
        Assert.Equal(expected, CitationVerifier.Judge(Claim, Quote, passage, GivenNumbers.Of("And after five years?", ["2"])));
    }
}
