using Platform.Web.Supervision;

namespace Platform.Web.Tests.Supervision;

public sealed class BackoffTests
{
    [Fact]
    public void It_doubles_from_half_a_second_to_thirty()
    {
        var backoff = new Backoff();
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 8).Select(_ => backoff.After(TimeSpan.Zero).TotalSeconds));
    }

    [Fact]
    public void A_minute_of_health_begins_it_anew()
    {
        var backoff = new Backoff();
        backoff.After(TimeSpan.Zero);
        backoff.After(TimeSpan.FromSeconds(59));
        Assert.Equal([0.5, 1.0], [backoff.After(TimeSpan.FromMinutes(1)).TotalSeconds, backoff.After(TimeSpan.Zero).TotalSeconds]);
    }
}
