using Platform.Web.Features.Runs;

namespace Platform.Web.Tests.Runs;

public sealed class RunQueryTests
{
    [Theory]
    [InlineData("0001-01-01", 2000)]
    [InlineData("9999-12-31", 2999)]
    [InlineData("2026-11-22", 2026)]
    [InlineData("22.11.2026", null)]
    [InlineData(null, null)]
    public void A_day_of_an_address_has_a_moment_before_and_after_it(string? text, int? year)
    {
        var day = RunQuery.DayOf(text);
        Assert.Equal(year, day?.Year);
        var filter = new RunQuery(From: day, Until: day).Filter();
        Assert.Equal(day is null ? (TimeSpan?)null : TimeSpan.FromDays(1), filter.Until?.Date - filter.From?.Date);
    }
}
