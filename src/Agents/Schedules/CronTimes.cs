using System.Globalization;

namespace Platform.Agents.Schedules;

/// <summary>The moments that a cron expression of five fields names (minute, hour, day, month, weekday), in a time zone. Where day and weekday are both restricted, either will do.</summary>
public sealed class CronTimes
{
    /// <summary>Longest expression, characters.</summary>
    public const int MaxLength = 120;

    private const int MostYears = 8; // from one 29 February to the next, across a year without one

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly bool[] minutes, hours, days, months, weekdays;
    private readonly bool eitherDay;

    private CronTimes(string[] fields)
    {
        minutes = Field(fields[0], "minute", 0, 59, []);
        hours = Field(fields[1], "hour", 0, 23, []);
        days = Field(fields[2], "day", 1, 31, []);
        months = Field(fields[3], "month", 1, 12, Months);
        var week = Field(fields[4], "weekday", 0, 7, Weekdays);
        weekdays = [week[0] || week[7], .. week[1..7]];
        eitherDay = !fields[2].StartsWith('*') && !fields[4].StartsWith('*');
    }

    /// <summary>Throws CronException that names the part, its value and what is allowed; also for one that names no moment at all.</summary>
    public static CronTimes Parse(string expression)
    {
        if (expression.Length > MaxLength)
            throw new CronException(CronFault.TooLong, [$"{expression.Length}", $"{MaxLength}"], $"The times have {expression.Length:N0} characters; at most {MaxLength} are taken.");
        var fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
            throw new CronException(CronFault.Fields, [$"{fields.Length}"], $"The times have {fields.Length} fields; five are wanted: minute, hour, day, month and weekday, such as '30 7 * * mon-fri'.");
        CronTimes times = new(fields);
        return times.Next(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc) is null
            ? throw new CronException(CronFault.NoMoment, [expression.Trim()], $"'{expression}' names no moment: no such day is in these months.")
            : times;
    }

    /// <summary>The first moment after a given one; null where there is none in eight years. A time that the clock leaves out in spring comes when it goes on; one that it shows twice in autumn comes once. What runs every hour runs every hour that passes.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var first = TimeZoneInfo.ConvertTime(after, zone).Date;
        var last = first.AddYears(MostYears);
        for (var day = first.AddDays(-1); day <= last; day = day.AddDays(1)) // a clock put back at midnight shows the evening before again
        {
            if (IsDay(day) && Of(day, zone).Where(at => at > after).Order().Take(1).ToList() is [var found])
                return found;
        }
        return null;
    }

    private bool IsDay(DateTime day)
    {
        var (byDay, byWeekday) = (days[day.Day], weekdays[(int)day.DayOfWeek]);
        return months[day.Month] && (eitherDay ? byDay || byWeekday : byDay && byWeekday);
    }

    private IEnumerable<DateTimeOffset> Of(DateTime day, TimeZoneInfo zone)
    {
        var everyHour = hours.All(hour => hour);
        for (var hour = 0; hour < 24; hour++)
        {
            for (var minute = 0; hours[hour] && minute < 60; minute++)
            {
                if (!minutes[minute])
                    continue;
                var local = day.AddHours(hour).AddMinutes(minute);
                if (zone.IsInvalidTime(local))
                {
                    while (!everyHour && zone.IsInvalidTime(local))
                        local = local.AddMinutes(1);
                    if (everyHour)
                        continue;
                }
                var offsets = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local) : [zone.GetUtcOffset(local)];
                yield return new DateTimeOffset(local, offsets.Max()).ToUniversalTime();
                if (everyHour && offsets.Length > 1)
                    yield return new DateTimeOffset(local, offsets.Min()).ToUniversalTime();
            }
        }
    }

    /// <summary>Which values a field names: *, 5, mon, 1-5, 1,15, */10, 10-50/5.</summary>
    private static bool[] Field(string text, string name, int least, int most, string[] names)
    {
        var named = new bool[most + 1];
        foreach (var part in text.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var whole] => (whole, 1),
                [var whole, var every] when int.TryParse(every, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 100 => (whole, number),
                _ => throw Wrong(part, name, least, most),
            };
            var (from, to) = range.Split('-') switch
            {
                ["*"] => (least, most),
                [var one] => (Value(one), part.Contains('/', StringComparison.Ordinal) ? most : Value(one)),
                [var low, var high] => (Value(low), Value(high)),
                _ => throw Wrong(part, name, least, most),
            };
            if (from > to)
                throw Wrong(part, name, least, most);
            for (var value = from; value <= to; value += step)
                named[value] = true;
        }
        return named;

        int Value(string word)
        {
            var at = Array.FindIndex(names, known => known.Equals(word, StringComparison.OrdinalIgnoreCase));
            return at >= 0 ? at + (least == 1 ? 1 : 0)
                : int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
                : throw Wrong(word, name, least, most);
        }
    }

    private static CronException Wrong(string value, string name, int least, int most) =>
        new(Enum.Parse<CronFault>(name, ignoreCase: true), [value, $"{least}", $"{most}"], $"'{value}' is no {name}: {least} to {most} are taken, *, lists (1,15), ranges (1-5) and steps (*/10).");
}
