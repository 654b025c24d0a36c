using Platform.Agents.Answering.Citing;

namespace Platform.Agents.Tests.Answering;

public sealed class CitationResolverTests
{
    private const string Leave = "Annual leave is 27 days. It is booked in Harbour. Sick leave starts with a call before 9:00. The manager answers within 3 working days.";

    [Theory]
    [InlineData("You have 27 days of leave a year.", "Annual leave is 27 days.")]
    [InlineData("When you are sick, call before 9:00.", "Sick leave starts with a call before 9:00.")]
    [InlineData("Annual leave is 27 days and is booked in Harbour.", "Annual leave is 27 days. It is booked in Harbour.")]
    public void The_supporting_sentences_are_found(string claim, string expected) => Assert.Equal(expected, Resolved(claim, Leave));

    [Fact]
    public void The_supporting_sentence_is_found_in_Chinese() =>
        Assert.Equal("入职满五年的为15天。", Resolved("满五年的员工有15天年假。", "年休假按工龄计算。入职满一年的为10天。入职满五年的为15天。满十年的为20天。"));

    [Theory]
    [InlineData("Eve pays for lunch on Mars.")]
    [InlineData("")]
    public void Where_no_sentence_has_anything_of_the_claim_it_is_the_whole_passage(string claim) => Assert.Equal(Leave, Resolved(claim, Leave));

    private static string Resolved(string claim, string passage)
    {
        var span = CitationResolver.Resolve(claim, passage);
        return passage[span.Start..span.End];
    }
}
