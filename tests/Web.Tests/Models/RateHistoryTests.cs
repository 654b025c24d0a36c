using Platform.Web.Features.Models;

namespace Platform.Web.Tests.Models;

public sealed class RateHistoryTests
{
    [Fact]
    public void The_oldest_looks_are_forgotten()
    {
        var history = new RateHistory(3);
        foreach (var value in (double[])[9, 1, 2, 3])
        {
            history.Add(value);
        }
        Assert.Equal([1, 2, 3], history.Values);
        Assert.Equal(3, history.Highest);
    }

    [Fact]
    public void What_is_no_rate_counts_as_none()
    {
        var history = new RateHistory(3);
        history.Add(double.NaN);
        history.Add(-1);
        Assert.Equal([0, 0], history.Values);
    }
}
