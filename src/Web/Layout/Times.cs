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

    /// <summary>How long something took, as short as it can be said: 0.4 s, 12 s, 3 min 05 s, 2 h 04 min; 0.4 秒, 3 分 05 秒. Less than nothing counts as nothing.</summary>
    public static string Length(TimeSpan time)
    {
        var (second, minute, hour) = Chinese ? ("秒", "分", "小时") : ("s", "min", "h");
        var whole = TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));
        return time.TotalSeconds switch
        {
            <= 0 => $"0 {second}",
            < 0.05 => $"< 0.1 {second}",
            < 9.95 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} {second}"),
            _ when whole.TotalMinutes < 1 => $"{whole.Seconds} {second}",
            _ when whole.TotalHours < 1 => $"{whole.Minutes} {minute} {whole.Seconds:00} {second}",
            _ => $"{(int)whole.TotalHours} {hour} {whole.Minutes:00} {minute}",
        };
    }

    private static string Local(DateTimeOffset at, string form) => TimeZoneInfo.ConvertTime(at, TimeZones.Current).ToString(form, CultureInfo.InvariantCulture);
}
