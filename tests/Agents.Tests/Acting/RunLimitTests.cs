using Platform.Agents.Acting;
using Platform.Fakes;

namespace Platform.Agents.Tests.Acting;

public sealed class RunLimitTests
{
    [Theory]
    [InlineData(8, 3)]
    [InlineData(40, 10)]
    [InlineData(600, 60)]
    public void The_answer_that_a_limit_forces_has_a_quarter_of_the_time_from_three_seconds_to_a_minute(int seconds, int expected)
    {
        ManualClock clock = new();
        RunLimit limit = new(new(Seconds: seconds), AgentPast.Of([]), clock);
        clock.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(expected, limit.LastAnswer.TotalSeconds, 0.01);
    }
}
