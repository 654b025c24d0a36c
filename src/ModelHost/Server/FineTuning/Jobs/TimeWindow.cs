using System.Globalization;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>The hours of a day in which a job may run; over midnight where the end is before the beginning.</summary>
internal sealed record TimeWindow(TimeOnly From, TimeOnly To, TimeZoneInfo Zone)
{
    /// <param name="window">As 22:00-06:00.</param>
    /// <param name="zone">IANA name; null for the machine's own.</param>
    /// <exception cref="RequestRefused">One of them cannot be read.</exception>
    public static TimeWindow Parse(string window, string? zone)
    {
        if (window.Split('-') is not [var from, var to] || !Read(from, out var begins) || !Read(to, out var ends) || begins == ends)
        {
            throw new RequestRefused(Problem.Invalid("schedule.window", $"'schedule.window' is '{window}'; it must be two different times of day, as 22:00-06:00."));
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(zone ?? TimeZoneInfo.Local.Id, out var found) ? new TimeWindow(begins, ends, found)
            : throw new RequestRefused(Problem.Invalid("schedule.time_zone", $"'schedule.time_zone' is '{zone}', which this machine does not know. Give a name as Europe/Berlin."));
    }

    public bool IsOpen(DateTimeOffset now) => TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, Zone).DateTime) is var at && (From < To ? at >= From && at < To : at >= From || at < To);

    private static bool Read(string text, out TimeOnly time) => TimeOnly.TryParseExact(text.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
