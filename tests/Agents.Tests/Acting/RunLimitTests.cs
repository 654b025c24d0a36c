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

    [Theory]
    [InlineData(3000, 1, 3000 - 500 - 64 - 500)]
    [InlineData(3000, 4, (3000 - 500 - 64) / 4 - 500)]
    [InlineData(1100, 1, 36)]
    [InlineData(900, 1, 1)]
    public void Questions_that_another_one_follows_leave_it_room_whatever_they_write(int tokens, int atOnce, int expected)
    {
        RunLimit limit = new(new(Tokens: tokens), AgentPast.Of([]), new ManualClock());
        limit.Expect(500, acts: true);
        Assert.Equal(expected, limit.ToWriteBefore(atOnce));
    }
}
