using Platform.Agents.Conversations;
using Platform.Web.Features.Chat;

namespace Platform.Web.Tests.Chat;

public sealed class ConversationGroupTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 0, 0, TimeSpan.FromHours(8));

    private static Conversation Used(DateTimeOffset at, bool pinned = false) => new(Guid.NewGuid(), "t", [], pinned, at, at, false);

    [Theory]
    [InlineData(0, ConversationAge.Today)]
    [InlineData(8, ConversationAge.Today)] // 01:00 here, yesterday in UTC
    [InlineData(10, ConversationAge.Yesterday)]
    [InlineData(24 * 3, ConversationAge.Week)]
    [InlineData(24 * 7, ConversationAge.Week)]
    [InlineData(24 * 8, ConversationAge.Month)]
    [InlineData(24 * 31, ConversationAge.Older)]
    public void A_conversation_stands_under_the_day_it_was_last_used_in_the_readers_time(int hoursAgo, ConversationAge age) =>
        Assert.Equal(age, Assert.Single(ConversationGroup.Of([Used(Now.AddHours(-hoursAgo).ToUniversalTime())], Now)).Age);

    [Fact]
    public void Pinned_ones_stand_first_and_months_apart()
    {
        var groups = ConversationGroup.Of([Used(Now.AddDays(-40)), Used(Now.AddDays(-80)), Used(Now), Used(Now.AddDays(-300), pinned: true)], Now);

        Assert.Equal([ConversationAge.Pinned, ConversationAge.Today, ConversationAge.Older, ConversationAge.Older], groups.Select(g => g.Age));
        Assert.Equal(2, groups.Where(g => g.Age == ConversationAge.Older).Select(g => g.Month).Distinct().Count());
    }
}
