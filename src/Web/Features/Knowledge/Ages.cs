using System.Globalization;
using Microsoft.Extensions.Localization;
using Platform.Web.Layout;

namespace Platform.Web.Features.Knowledge;

/// <summary>How long ago something was, in words.</summary>
internal static class Ages
{
    public static string Of(DateTimeOffset then, DateTimeOffset now, IStringLocalizer<KnowledgeTexts> texts) => (now - then) switch
    {
        { TotalMinutes: < 1 } => texts["JustNow"],
        { TotalHours: < 1 } age => texts["MinutesAgo", (int)age.TotalMinutes],
        { TotalDays: < 1 } age => texts["HoursAgo", (int)age.TotalHours],
        { TotalDays: < 30 } age => texts.Count("DaysAgo", (int)age.TotalDays),
        _ => Times.Day(then),
    };

    /// <summary>How long something will still take, roughly; nothing when that is not known.</summary>
    public static string Left(TimeSpan? time, IStringLocalizer<KnowledgeTexts> texts) => time switch
    {
        null => "",
        { TotalSeconds: < 60 } => texts["SecondsLeft", (int)Math.Ceiling(time.Value.TotalSeconds / 10) * 10],
        { TotalMinutes: < 90 } => texts["MinutesLeft", (int)Math.Round(time.Value.TotalMinutes, MidpointRounding.AwayFromZero)],
        _ => texts["HoursLeft", (int)Math.Round(time.Value.TotalHours, MidpointRounding.AwayFromZero)],
    };

    /// <summary>Minutes and seconds.</summary>
    public static string Elapsed(TimeSpan time) =>
        time.TotalHours >= 1 ? time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);
}
