using System.Globalization;
using Platform.Agents.Schedules;

namespace Platform.Agents.Tests.Schedules;

public sealed class CronTimesTests
{
    [Theory]
    [InlineData("*/15 * * * *", "UTC", "2026-01-01T00:07:30Z", "2026-01-01T00:15Z")]
    [InlineData("5/20 * * * *", "UTC", "2026-01-01T00:25:00Z", "2026-01-01T00:45Z")]
    [InlineData("30 7 * * mon-fri", "UTC", "2026-11-20T08:00Z", "2026-11-23T07:30Z")]
    [InlineData("0 9 1,15 JAN,jul *", "UTC", "2026-01-15T09:00Z", "2026-07-01T09:00Z")]
    [InlineData("0 12 * * 7", "UTC", "2026-11-22T12:00Z", "2026-11-29T12:00Z")]
    [InlineData("0 12 13 * fri", "UTC", "2026-11-22T00:00Z", "2026-11-27T12:00Z")] // either the 13th or a Friday
    [InlineData("0 12 */2 * fri", "UTC", "2026-11-22T00:00Z", "2026-11-27T12:00Z")] // both: an odd day that is a Friday
    [InlineData("0 0 29 2 *", "UTC", "2026-11-22T00:00Z", "2028-02-29T00:00Z")]
    [InlineData("0 0 29 2 *", "UTC", "2096-03-01T00:00Z", "2104-02-29T00:00Z")]
    [InlineData("0 8 * * *", "Asia/Shanghai", "2026-11-22T00:00Z", "2026-11-23T00:00Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z")] // left out: when the clock goes on
    [InlineData("30 * * * *", "Europe/Berlin", "2026-03-29T00:45Z", "2026-03-29T01:30Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z")] // shown twice: the first
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("30 * * * *", "Europe/Berlin", "2026-10-25T00:30Z", "2026-10-25T01:30Z")] // every hour that passes
    public void The_next_moment_is_told_in_its_time_zone(string cron, string zone, string after, string next) =>
        Assert.Equal(At(next), CronTimes.Parse(cron).Next(At(after), TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [Theory]
    [InlineData("* * * *", "4 fields")]
    [InlineData("60 * * * *", "'60' is no minute")]
    [InlineData("0 24 * * *", "'24' is no hour")]
    [InlineData("0 0 0 * *", "'0' is no day")]
    [InlineData("0 0 * 13 *", "'13' is no month")]
    [InlineData("0 0 * * funday", "'funday' is no weekday")]
    [InlineData("5-1 * * * *", "'5-1' is no minute")]
    [InlineData("*/0 * * * *", "'*/0' is no minute")]
    [InlineData("1,, * * * *", "'' is no minute")]
    [InlineData("0 0 31 2 *", "names no moment")]
    public void What_is_no_expression_is_refused_with_its_field(string cron, string words) =>
        Assert.Contains(words, Assert.Throws<CronException>(() => CronTimes.Parse(cron)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0 0 * * MON#1", CronFault.Weekday, "MON#1 0 7")]
    [InlineData("60 * * * *", CronFault.Minute, "60 0 59")]
    [InlineData("0 0 * 13 *", CronFault.Month, "13 1 12")]
    [InlineData("0 8 *", CronFault.Fields, "3")]
    [InlineData("0 0 31 2 *", CronFault.NoMoment, "0 0 31 2 *")]
    public void What_is_wrong_can_be_told_in_any_language(string cron, CronFault fault, string values)
    {
        var wrong = Assert.Throws<CronException>(() => CronTimes.Parse(cron));
        Assert.Equal(("cron", fault, values), (wrong.Field, wrong.Fault, string.Join(' ', wrong.Values)));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
