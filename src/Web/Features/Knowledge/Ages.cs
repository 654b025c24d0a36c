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
        _ => then.ToLocalTime().ToString("d", CultureInfo.CurrentCulture),
    };

    /// <summary>Minutes and seconds.</summary>
    public static string Elapsed(TimeSpan time) =>
        time.TotalHours >= 1 ? time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);
}
