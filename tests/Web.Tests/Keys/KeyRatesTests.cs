using Platform.Fakes;
using Platform.Web.Features.Keys;

namespace Platform.Web.Tests.Keys;

public sealed class KeyRatesTests
{
    [Fact]
    public void A_minutes_requests_may_come_at_once_and_come_back_evenly()
    {
        ManualClock clock = new();
        KeyRates rates = new(clock);
        var (key, other) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => rates.Take(key, 3).IsAllowed));
        Assert.Equal(TimeSpan.FromSeconds(20), rates.Take(key, 3).RetryAfter);
        Assert.True(rates.Take(other, 3).IsAllowed);

        clock.Advance(TimeSpan.FromSeconds(20));
        var again = rates.Take(key, 3);
        Assert.Equal((true, 3, 0, TimeSpan.FromSeconds(60)), (again.IsAllowed, again.Limit, again.Remaining, again.Reset));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, rates.Take(key, 3).Remaining); // no more than a minute's worth is saved up
    }
}
