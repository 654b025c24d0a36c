using Microsoft.Extensions.Localization;
using Platform.Agents;
using Platform.Agents.Schedules;

namespace Platform.Web.Features.Schedules;

/// <summary>Why a schedule cannot be taken, in the person's language.</summary>
public static class ScheduleWords
{
    public static string Of(Exception refused, IStringLocalizer<SchedulesTexts> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return refused switch
        {
            CronException { Fault: >= CronFault.Minute } cron => texts["Cron_Part", [cron.Values[0], texts[$"Part_{cron.Fault}"], cron.Values[1], cron.Values[2]]],
            CronException cron => texts[$"Cron_{cron.Fault}", [.. cron.Values]],
            FieldException { Field: "updatedAt" } => texts["ChangedMeanwhile"],
            FieldException { Field: "timeZone" } => texts["WrongZone"],
            FieldException { Field: "name" } => texts["WrongName", ScheduleLibrary.MaxName],
            Platform.Retrieval.NotFoundException or FormatException => texts["WrongAgent"],
            _ => texts["Wrong"],
        };
    }
}
