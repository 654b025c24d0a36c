using System.Globalization;
using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Dates;

/// <summary>What day it is for the person who asks, and the calendar's arithmetic.</summary>
internal sealed class DateTimeTool(TimeProvider time) : BuiltInTool
{
    public override string Name => ToolNames.DateTime;

    internal override string DescriptionIn(AnswerLanguage language) => ToolTexts.In(language).DateTime;

    private protected override string SchemaIn(AnswerLanguage language) => $$"""
        {"type":"object","additionalProperties":false,"required":["action"],"properties":{
          "action":{"enum":["now","describe","difference","add"]},
          "date":{"type":"string","maxLength":60,"description":{{Json(ToolTexts.In(language).DateGiven)}} },
          "to":{"type":"string","maxLength":60,"description":{{Json(ToolTexts.In(language).DateOther)}} },
          "years":{"type":"integer","minimum":-9999,"maximum":9999},
          "months":{"type":"integer","minimum":-120000,"maximum":120000},
          "weeks":{"type":"integer","minimum":-500000,"maximum":500000},
          "days":{"type":"integer","minimum":-3700000,"maximum":3700000} } }
        """;

    public override ToolEffects Effects => ToolEffects.None;

    public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var now = TimeZoneInfo.ConvertTime(scope.AsOf ?? time.GetUtcNow(), scope.TimeZone);
        var today = DateOnly.FromDateTime(now.DateTime);
        var texts = ToolTexts.In(scope.Language);
        var (date, fault) = Date(arguments, "date", today, texts);
        var (to, otherFault) = Date(arguments, "to", today, texts);
        return Task.FromResult((fault ?? otherFault) is { } wrong ? ToolOutcome.Failed(wrong, ToolFailure.WrongDate) : arguments.GetProperty("action").GetString() switch
        {
            "now" => Now(now, scope.TimeZone, texts),
            "describe" => Of(DateText.Write(date!.Value, texts), new { date }),
            "difference" => Difference(date!.Value, to!.Value, texts),
            _ => Add(date!.Value, arguments, texts),
        });
    }

    private static ToolOutcome Now(DateTimeOffset now, TimeZoneInfo zone, ToolTexts texts) => Of(
        texts.Now(string.Create(CultureInfo.InvariantCulture, $"{now:HH:mm} ({zone.Id}, UTC{now:zzz})"), DateText.Write(DateOnly.FromDateTime(now.DateTime), texts)),
        new { now = now.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture), zone = zone.Id });

    private static ToolOutcome Difference(DateOnly from, DateOnly to, ToolTexts texts)
    {
        var span = DateSpan.Between(from, to);
        return Of(texts.Between(DateText.Write(from, texts), DateText.Write(to, texts), span), new { from, to, days = span.Days, years = span.Years, months = span.Months, restDays = span.RestDays, weekdays = span.Weekdays });
    }

    private static ToolOutcome Add(DateOnly date, JsonElement arguments, ToolTexts texts)
    {
        try
        {
            var end = date.AddMonths(Count(arguments, "years") * 12 + Count(arguments, "months")).AddDays(Count(arguments, "weeks") * 7 + Count(arguments, "days"));
            return Of(texts.Becomes(DateText.Write(date, texts), DateText.Write(end, texts)), new { date = end });
        }
        catch (ArgumentOutOfRangeException)
        {
            return ToolOutcome.Failed(texts.BeyondCalendar, ToolFailure.WrongDate);
        }
    }

    private static (DateOnly? Date, string? Fault) Date(JsonElement arguments, string name, DateOnly today, ToolTexts texts) =>
        arguments.TryGetProperty(name, out var text) ? DateText.Read(text.GetString()!, today, texts) : (today, null);

    private static int Count(JsonElement arguments, string name) => arguments.TryGetProperty(name, out var count) ? (int)count.GetDecimal() : 0;

    private static ToolOutcome Of(string text, object data) => ToolOutcome.Of(text, JsonSerializer.SerializeToElement(data));
}
