using Platform.ModelHost.Engine.Generation;

namespace Platform.ModelHost.Engine.Tests.Scheduling;

public sealed class PromptPaceTests
{
    [Fact]
    public void Beside_writers_a_step_reads_what_a_quarter_of_a_second_is_enough_for_and_alone_all()
    {
        PromptPace pace = new();
        Assert.Equal((32, int.MaxValue), (Beside(), pace.Next(isBesideWriters: false)));
        Learn(0, 40); // a step that only writes
        Learn(32, 360); // 10 ms a token beside it
        Assert.Equal((25, int.MaxValue), (Beside(), pace.Next(isBesideWriters: false)));
        Learn(4, 9_000); // too few to tell
        Assert.Equal(25, Beside());
        pace.Learn(100, isBesideWriters: false, TimeSpan.FromMilliseconds(200)); // alone: 2 ms a token
        Assert.Equal(125, Beside());
        Learn(0, 1_000); // many write, slowly: reading gets as long as they
        Assert.Equal(500, Beside());
        Learn(100, 601_000);
        Assert.Equal(8, Beside()); // however slow, it is read

        int Beside() => pace.Next(isBesideWriters: true);
        void Learn(int tokens, int milliseconds) => pace.Learn(tokens, isBesideWriters: true, TimeSpan.FromMilliseconds(milliseconds));
    }
}
