using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Tests.Layout;

public sealed class TimesTests
{
    [Theory]
    [InlineData("en", "06:05", "3 Nov 2026", "3 Nov 2026 06:05", "November 2026")]
    [InlineData("zh-Hans", "06:05", "2026年11月3日", "2026年11月3日 06:05", "2026年11月")]
    public void Each_language_has_one_form(string language, string clock, string day, string moment, string month)
    {
        var before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = new CultureInfo(language);
        try
        {
            var at = new DateTimeOffset(2026, 11, 3, 6, 5, 0, TimeZoneInfo.Local.GetUtcOffset(new DateTime(2026, 11, 3)));
            Assert.Equal((clock, day, moment, month), (Times.Clock(at), Times.Day(at), Times.Moment(at), Times.Month(at)));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Theory]
    [InlineData(0, "0 s", "0 秒")]
    [InlineData(0.004, "< 0.1 s", "< 0.1 秒")]
    [InlineData(0.4, "0.4 s", "0.4 秒")]
    [InlineData(9.96, "10 s", "10 秒")]
    [InlineData(12.3, "12 s", "12 秒")]
    [InlineData(59.7, "1 min 00 s", "1 分 00 秒")]
    [InlineData(185, "3 min 05 s", "3 分 05 秒")]
    [InlineData(3599.8, "1 h 00 min", "1 小时 00 分")]
    [InlineData(90_240, "25 h 04 min", "25 小时 04 分")]
    public void A_length_is_said_in_the_units_that_it_needs(double seconds, string english, string chinese)
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = new CultureInfo("en");
            Assert.Equal(english, Times.Length(TimeSpan.FromSeconds(seconds)));
            CultureInfo.CurrentUICulture = new CultureInfo("zh-Hans");
            Assert.Equal(chinese, Times.Length(TimeSpan.FromSeconds(seconds)));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Fact]
    public async Task Times_are_those_of_the_zone_that_the_browser_told()
    {
        var at = new DateTimeOffset(2026, 11, 22, 20, 30, 0, TimeSpan.Zero);
        string shown = "";
        ApplicationBuilder app = new(new ServiceCollection().BuildServiceProvider());
        app.UseTimeZones();
        app.Run(async _ =>
        {
            await Task.Yield();
            shown = Times.Moment(at);
        });
        var run = app.Build();
        DefaultHttpContext context = new();
        context.Request.Headers.Cookie = $"{TimeZones.Cookie}=Asia%2FShanghai";
        await run(context);
        Assert.Equal("23 Nov 2026 04:30", shown);
        await run(new DefaultHttpContext());
        Assert.Equal(Times.Moment(at), shown);
    }
}
