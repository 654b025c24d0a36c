using System.Globalization;
using Platform.Agents;
using Platform.Web.Host;

namespace Platform.Web.Layout;

/// <summary>Dates and times as people read them, one form a language, in the person's time zone: hours from 0 to 23 everywhere, and no date that could be read as another.</summary>
public static class Times
{
    private static bool Chinese => CultureInfo.CurrentUICulture.Name == Languages.SimplifiedChinese;

    /// <summary>14:05</summary>
    public static string Clock(DateTimeOffset at) => Local(at, "HH:mm");

    /// <summary>3 Nov 2026, 2026年11月3日</summary>
    public static string Day(DateTimeOffset at) => Local(at, Chinese ? "yyyy年M月d日" : "d MMM yyyy");

    /// <summary>3 Nov 2026 14:05, 2026年11月3日 14:05</summary>
    public static string Moment(DateTimeOffset at) => $"{Day(at)} {Clock(at)}";

    /// <summary>The same in a time zone; in the person's where there is none of that id.</summary>
    public static string Moment(DateTimeOffset at, string zoneId)
    {
        var there = TimeZoneInfo.ConvertTime(at, KnownZone.Find(zoneId) ?? TimeZones.Current);
        return there.ToString(Chinese ? "yyyy年M月d日 HH:mm" : "d MMM yyyy HH:mm", CultureInfo.InvariantCulture);
    }

    /// <summary>November 2026, 2026年11月</summary>
    public static string Month(DateTimeOffset at) => at.ToString(Chinese ? "yyyy年M月" : "MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>14:05:09</summary>
    public static string Second(DateTimeOffset at) => Local(at, "HH:mm:ss");

    private static string Local(DateTimeOffset at, string form) => TimeZoneInfo.ConvertTime(at, TimeZones.Current).ToString(form, CultureInfo.InvariantCulture);
}
