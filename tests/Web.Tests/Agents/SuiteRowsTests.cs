using Platform.Agents.Testing;
using Platform.Web.Features.Agents;
using Platform.Web.Features.Agents.Suites;

namespace Platform.Web.Tests.Agents;

public sealed class SuiteRowsTests
{
    private static readonly Guid Clerk = Guid.NewGuid();

    private static readonly TestSuite[] Suites =
    [
        new(Guid.NewGuid(), Clerk, "Leave", 3, DateTimeOffset.UnixEpoch.AddHours(1)),
        new(Guid.NewGuid(), Guid.NewGuid(), "expenses", 1, DateTimeOffset.UnixEpoch.AddHours(3)),
        new(Guid.NewGuid(), Clerk, "Travel", 2, DateTimeOffset.UnixEpoch.AddHours(2)),
    ];

    [Theory]
    [InlineData("", AgentOrder.Changed, "expenses, Travel, Leave")]
    [InlineData("", AgentOrder.Name, "expenses, Leave, Travel")]
    [InlineData("clerk", AgentOrder.Name, "Leave, Travel")]
    [InlineData(" clerk TRAV", AgentOrder.Name, "Travel")]
    [InlineData("nobody", AgentOrder.Name, "")]
    public void Suites_are_found_by_the_words_of_their_names_and_agents(string wanted, AgentOrder order, string shown) =>
        Assert.Equal(shown, string.Join(", ", SuiteRows.Pick(Suites, suite => suite.AgentId == Clerk ? "The clerk" : "gone", wanted, order).Select(suite => suite.Name)));
}
