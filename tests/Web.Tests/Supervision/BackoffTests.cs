using Platform.Web.Supervision;

namespace Platform.Web.Tests.Supervision;

public sealed class BackoffTests
{
    [Fact]
    public void It_doubles_from_half_a_second_to_thirty()
    {
        var backoff = new Backoff();
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 8).Select(_ => backoff.After(TimeSpan.Zero)!.Value.TotalSeconds));
    }

    [Fact]
    public void Fault_13_ten_starts_in_a_row_are_enough_and_health_begins_the_count_anew()
    {
        var backoff = new Backoff();
        Assert.DoesNotContain(null, Enumerable.Range(0, Backoff.Most).Select(_ => backoff.After(TimeSpan.FromSeconds(59))));
        Assert.Null(backoff.After(TimeSpan.Zero));
        Assert.DoesNotContain(null, Enumerable.Range(0, Backoff.Most).Select(i => backoff.After(i == 0 ? TimeSpan.FromMinutes(1) : TimeSpan.Zero)));
        Assert.Null(backoff.After(TimeSpan.Zero));
    }

    [Fact]
    public void A_minute_of_health_begins_it_anew()
    {
        var backoff = new Backoff();
        backoff.After(TimeSpan.Zero);
        backoff.After(TimeSpan.FromSeconds(59));
        Assert.Equal([0.5, 1.0], [backoff.After(TimeSpan.FromMinutes(1))!.Value.TotalSeconds, backoff.After(TimeSpan.Zero)!.Value.TotalSeconds]);
    }
}
