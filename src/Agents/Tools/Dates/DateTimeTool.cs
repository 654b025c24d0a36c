using System.Globalization;
using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Dates;

/// <summary>What day it is for the person who asks, and the calendar's arithmetic.</summary>
internal sealed class DateTimeTool(TimeProvider time) : AgentTool
{
    public override string Name => "date_time";

    public override string Description =>
        "now: date and time now. describe: weekday and week of a date. difference: days, months and years from date to another. add: date plus years, months, weeks, days (less when negative).";

    internal override string DescriptionIn(AnswerLanguage language) =>
        language == AnswerLanguage.Chinese ? "now：当前日期和时间。describe：某日期是星期几、第几周。difference：从 date 到另一日期 to 相差的天、月、年。add：date 加上年、月、周、天（负数为减）。" : Description;

    public override JsonElement Parameters { get; } = JsonElement.Parse("""
        {"type":"object","additionalProperties":false,"required":["action"],"properties":{
          "action":{"enum":["now","describe","difference","add"]},
          "date":{"type":"string","maxLength":60,"description":"2026-03-31; today when left out"},
          "to":{"type":"string","maxLength":60,"description":"The other date of a difference; today when left out"},
          "years":{"type":"integer","minimum":-9999,"maximum":9999},
          "months":{"type":"integer","minimum":-120000,"maximum":120000},
          "weeks":{"type":"integer","minimum":-500000,"maximum":500000},
          "days":{"type":"integer","minimum":-3700000,"maximum":3700000}}}
        """);

    public override ToolEffects Effects => ToolEffects.None;

    public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var now = TimeZoneInfo.ConvertTime(scope.AsOf ?? time.GetUtcNow(), scope.TimeZone);
        var today = DateOnly.FromDateTime(now.DateTime);
        var (date, fault) = Date(arguments, "date", today);
        var (to, otherFault) = Date(arguments, "to", today);
        return Task.FromResult((fault ?? otherFault) is { } wrong ? ToolOutcome.Failed(wrong, ToolFailure.WrongDate) : arguments.GetProperty("action").GetString() switch
        {
            "now" => Now(now, scope.TimeZone),
            "describe" => Of(DateText.Write(date!.Value), new { date }),
            "difference" => Difference(date!.Value, to!.Value),
            _ => Add(date!.Value, arguments),
        });
    }

    private static ToolOutcome Now(DateTimeOffset now, TimeZoneInfo zone) => Of(
        string.Create(CultureInfo.InvariantCulture, $"Now it is {now:HH:mm} ({zone.Id}, UTC{now:zzz}) on {DateText.Write(DateOnly.FromDateTime(now.DateTime))}."),
        new { now = now.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture), zone = zone.Id });

    private static ToolOutcome Difference(DateOnly from, DateOnly to)
    {
        var span = DateSpan.Between(from, to);
        var order = span.Days < 0 ? ", which is earlier" : "";
        var text = string.Create(CultureInfo.InvariantCulture,
            $"From {DateText.Write(from)} to {DateText.Write(to)}{order}: {span.Days} days; as years, months and days: {span.Years}, {span.Months}, {span.RestDays}; as weeks and days: {span.Days / 7}, {span.Days % 7}; Mondays to Fridays: {span.Weekdays}. The first day counts, the last does not.");
        return Of(text, new { from, to, days = span.Days, years = span.Years, months = span.Months, restDays = span.RestDays, weekdays = span.Weekdays });
    }

    private static ToolOutcome Add(DateOnly date, JsonElement arguments)
    {
        try
        {
            var end = date.AddMonths(Count(arguments, "years") * 12 + Count(arguments, "months")).AddDays(Count(arguments, "weeks") * 7 + Count(arguments, "days"));
            return Of($"{DateText.Write(date)} becomes {DateText.Write(end)}.", new { date = end });
        }
        catch (ArgumentOutOfRangeException)
        {
            return ToolOutcome.Failed("The result is outside the years 1 to 9999. Add less.", ToolFailure.WrongDate);
        }
    }

    private static (DateOnly? Date, string? Fault) Date(JsonElement arguments, string name, DateOnly today) =>
        arguments.TryGetProperty(name, out var text) ? DateText.Read(text.GetString()!, today) : (today, null);

    private static int Count(JsonElement arguments, string name) => arguments.TryGetProperty(name, out var count) ? (int)count.GetDecimal() : 0;

    private static ToolOutcome Of(string text, object data) => ToolOutcome.Of(text, JsonSerializer.SerializeToElement(data));
}
