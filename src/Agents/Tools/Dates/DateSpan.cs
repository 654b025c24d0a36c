namespace Platform.Agents.Tools.Dates;

/// <summary>What lies between two dates, the later not counted; all parts are of the same sign as Days.</summary>
/// <param name="Years">With Months and RestDays: whole years, then whole months, then days, as people count an age.</param>
/// <param name="Weekdays">Mondays to Fridays, public holidays not taken out.</param>
internal sealed record DateSpan(int Days, int Years, int Months, int RestDays, int Weekdays)
{
    public static DateSpan Between(DateOnly from, DateOnly to)
    {
        if (to < from)
            return Between(to, from).Negated();
        var months = (to.Year - from.Year) * 12 + to.Month - from.Month;
        if (from.AddMonths(months) > to)
            months--;
        return new(to.DayNumber - from.DayNumber, months / 12, months % 12, to.DayNumber - from.AddMonths(months).DayNumber, WeekdaysBetween(from, to));
    }

    private DateSpan Negated() => new(-Days, -Years, -Months, -RestDays, -Weekdays);

    private static int WeekdaysBetween(DateOnly from, DateOnly to)
    {
        var days = to.DayNumber - from.DayNumber;
        var count = days / 7 * 5;
        for (var day = from.AddDays(days / 7 * 7); day < to; day = day.AddDays(1))
            count += day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0 : 1;
        return count;
    }
}
