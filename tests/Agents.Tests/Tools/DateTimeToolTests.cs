using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Tools;
using Platform.Agents.Tools.Dates;
using Platform.Fakes;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tests.Tools;

public sealed class DateTimeToolTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);

    [Theory]
    [InlineData("2026-11-22", "2026-11-22")]
    [InlineData("2026/3/1", "2026-03-01")]
    [InlineData("2026年3月1日", "2026-03-01")]
    [InlineData("2026 年 3 月 1 号", "2026-03-01")]
    [InlineData("1 March 2026", "2026-03-01")]
    [InlineData("Sunday, March 1st, 2026", "2026-03-01")]
    [InlineData("the 1st of March 2026", null)]
    [InlineData("1st of March 2026", "2026-03-01")]
    [InlineData("Sept. 9, 2026", "2026-09-09")]
    [InlineData("31.12.2026", "2026-12-31")]
    [InlineData("1.12.2026", "2026-12-01")]
    [InlineData("12/31/2026", "2026-12-31")]
    [InlineData("31/12/2026", "2026-12-31")]
    [InlineData("5/5/2026", "2026-05-05")]
    [InlineData("tomorrow", "2026-11-23")]
    [InlineData("昨天", "2026-11-21")]
    [InlineData("2026-02-30", null)]
    [InlineData("soon", null)]
    public void Dates_are_read_as_people_write_them(string text, string? expected)
    {
        var (date, fault) = DateText.Read(text, Today, ToolTexts.In(AnswerLanguage.English));
        Assert.Equal(expected, date?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(expected is null, fault is not null);
    }

    [Fact]
    public void A_date_that_two_countries_read_differently_is_refused() =>
        Assert.Equal("\"03/04/2026\" can be two dates: 2026-04-03 or 2026-03-04. Write the one that is meant in that form.", DateText.Read("03/04/2026", Today, ToolTexts.In(AnswerLanguage.English)).Fault);

    [Theory]
    [InlineData("2026-01-31", "2026-02-28", 28, 0, 1, 0)]
    [InlineData("2026-01-31", "2026-03-31", 59, 0, 2, 0)]
    [InlineData("2024-02-29", "2025-02-28", 365, 1, 0, 0)]
    [InlineData("2020-06-15", "2026-11-22", 2351, 6, 5, 7)]
    [InlineData("2026-11-22", "2026-11-22", 0, 0, 0, 0)]
    [InlineData("2026-03-31", "2026-01-31", -59, 0, -2, 0)]
    public void The_difference_is_counted_as_an_age_is(string from, string to, int days, int years, int months, int rest)
    {
        var span = DateSpan.Between(DateOnly.Parse(from, null), DateOnly.Parse(to, null));
        Assert.Equal((days, years, months, rest), (span.Days, span.Years, span.Months, span.RestDays));
    }

    [Fact]
    public void Weekdays_are_counted_as_by_hand()
    {
        for (var length = 0; length < 40; length++)
        {
            var from = Today.AddDays(length);
            var expected = Enumerable.Range(0, length).Count(day => from.AddDays(day).DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday));
            Assert.Equal(expected, DateSpan.Between(from, from.AddDays(length)).Weekdays);
        }
    }

    [Theory]
    [InlineData("Asia/Shanghai", "Now it is 07:30 (Asia/Shanghai, UTC+08:00) on 2026-11-23 (Monday, 23 November 2026; 2026年11月23日 星期一; ISO week 2026-W48).")]
    [InlineData("America/New_York", "Now it is 18:30 (America/New_York, UTC-05:00) on 2026-11-22 (Sunday, 22 November 2026; 2026年11月22日 星期日; ISO week 2026-W47).")]
    public async Task Now_is_told_in_the_time_zone_of_the_person(string zone, string expected) =>
        Assert.Equal(expected, (await CallAsync("""{"action":"now"}""", zone)).Text);

    [Theory]
    [InlineData("""{"action":"add","date":"2026-01-31","months":1}""", "becomes 2026-02-28 (Saturday")]
    [InlineData("""{"action":"add","weeks":1,"days":-1}""", "becomes 2026-11-28 ")]
    [InlineData("""{"action":"add","date":"2026-01-01","years":9000}""", "outside the years 1 to 9999")]
    [InlineData("""{"action":"describe","date":"2027-01-01"}""", "ISO week 2026-W53")]
    [InlineData("""{"action":"difference","date":"2026-11-22","to":"2026-12-24"}""", "32 days; as years, months and days: 0, 1, 2; as weeks and days: 4, 4; Mondays to Fridays: 23.")]
    [InlineData("""{"action":"difference","date":"2026-11-31"}""", "is no date that exists")]
    public async Task The_calendar_is_the_tools_business(string arguments, string expected) => Assert.Contains(expected, (await CallAsync(arguments, "UTC")).Text, StringComparison.Ordinal);

    private static Task<ToolOutcome> CallAsync(string arguments, string zone)
    {
        ToolScope scope = new(new Caller("ana", false), Guid.NewGuid(), []) { TimeZone = TimeZoneInfo.FindSystemTimeZoneById(zone) };
        return new DateTimeTool(new ManualClock(new DateTimeOffset(2026, 11, 22, 23, 30, 0, TimeSpan.Zero))).RunAsync(JsonElement.Parse(arguments), scope, TestContext.Current.CancellationToken);
    }
}
