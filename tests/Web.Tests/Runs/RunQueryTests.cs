using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Agents.Runs;
using Platform.Web.Features.Runs;
using Platform.Web.Host;

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

    [Theory]
    [InlineData("Asia/Shanghai", "2026-11-23", "2026-11-22T16:00:00Z", "2026-11-23T16:00:00Z")]
    [InlineData("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")] // midnight comes twice
    public async Task Days_are_those_of_the_zone_in_which_the_list_shows_its_times(string zone, string day, string from, string until)
    {
        RunFilter? filter = null;
        ApplicationBuilder app = new(new ServiceCollection().BuildServiceProvider());
        app.UseTimeZones();
        app.Run(_ =>
        {
            filter = new RunQuery(From: RunQuery.DayOf(day), Until: RunQuery.DayOf(day)).Filter();
            return Task.CompletedTask;
        });
        DefaultHttpContext context = new();
        context.Request.Headers.Cookie = $"{TimeZones.Cookie}={Uri.EscapeDataString(zone)}";
        await app.Build()(context);
        Assert.Equal((At(from), At(until)), (filter?.From, filter?.Until));
        Assert.Equal(TimeSpan.Zero, filter?.From?.Offset); // the one that PostgreSQL takes

        static DateTimeOffset? At(string moment) => DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(null, RunKind.Started, null, true)]
    [InlineData("all", RunKind.All, null, false)]
    [InlineData("scheduled", RunKind.Scheduled, RunPurpose.Scheduled, false)]
    [InlineData("asked", RunKind.Asked, RunPurpose.Asked, false)]
    [InlineData("99", RunKind.Started, null, true)]
    public void A_kind_of_an_address_narrows_the_list_to_a_purpose_or_to_what_somebody_started(string? text, RunKind kind, RunPurpose? purpose, bool started)
    {
        Assert.Equal(kind, RunQuery.KindOf(text));
        var filter = new RunQuery(Kind: kind).Filter();
        Assert.Equal((purpose, started), (filter.Purpose, filter.Started));
    }

    [Fact]
    public void A_run_is_named_by_its_id_or_an_address_that_holds_it()
    {
        var id = Guid.NewGuid();
        Assert.Equal([id, id, null, null], [RunQuery.RunIn($"{id}"), RunQuery.RunIn($"http://host/runs/{id}?tab=tracing"), RunQuery.RunIn("leave"), RunQuery.RunIn(null)]);
    }
}
