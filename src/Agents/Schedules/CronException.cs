namespace Platform.Agents.Schedules;

/// <summary>What is wrong with a cron expression: the whole of it, or one of its parts.</summary>
public enum CronFault { TooLong, Fields, NoMoment, Minute, Hour, Day, Month, Weekday }

/// <summary>An expression that is none.</summary>
/// <param name="values">Of a part: what stands there, the least and the most. Else what there is, and the limit where there is one.</param>
public sealed class CronException(CronFault fault, IReadOnlyList<string> values, string message) : FieldException("cron", message)
{
    public CronFault Fault => fault;

    public IReadOnlyList<string> Values => values;
}
