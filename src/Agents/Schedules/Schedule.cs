using System.Text.Json.Serialization;
using Platform.Agents.Runs;

namespace Platform.Agents.Schedules;

/// <summary>What becomes of times that passed while nothing ran: nothing, or one run for all of them. Stored by number: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<MissedRule>))]
public enum MissedRule { Skip = 0, Once = 1 }

/// <summary>What becomes of a time at which the run of an earlier one has not ended: nothing, or a run beside it. Stored by number: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<OverlapRule>))]
public enum OverlapRule { Skip = 0, Allow = 1 }

/// <summary>What became of a time. Starting: it is about to be. Missed and Overlapped: the rules left it out. Refused: it could not be started. Stored by number: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<ScheduleOutcome>))]
public enum ScheduleOutcome { Starting = 0, Started = 1, Missed = 2, Overlapped = 3, Refused = 4 }

/// <summary>What a person sets: an agent, what it is asked, and when.</summary>
/// <param name="Name">1 to 80 characters.</param>
/// <param name="Input">What the agent is asked each time, at most 8,000 characters.</param>
/// <param name="Cron">Five fields: <see cref="CronTimes"/>.</param>
/// <param name="TimeZone">An id such as Europe/Berlin; the times are told in it, and the agent's dates are.</param>
public sealed record ScheduleSettings(
    string Name, Guid AgentId, string Input, string Cron, string TimeZone = "UTC", MissedRule Missed = MissedRule.Skip, OverlapRule Overlap = OverlapRule.Skip, bool Enabled = true);

/// <summary>A schedule as lists show it.</summary>
/// <param name="Agent">The agent's name; empty where it is gone, or may no longer be used.</param>
/// <param name="NextAt">Null while it is switched off.</param>
/// <param name="Last">The newest entry of its history.</param>
public sealed record Schedule(Guid Id, ScheduleSettings Settings, string Agent, DateTimeOffset? NextAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, ScheduleEntry? Last);

/// <summary>One time of a schedule, and what became of it.</summary>
/// <param name="DueAt">The time that the schedule named; of a run by hand, when it was asked for.</param>
/// <param name="Missed">Earlier times that passed meanwhile without a run of their own.</param>
/// <param name="RunId">The run, where one was started; null otherwise.</param>
/// <param name="Status">Of the run; null where there is none, or it was deleted.</param>
/// <param name="Reason">Why it could not be started, a code of <see cref="ScheduleRefusal"/>; empty otherwise.</param>
public sealed record ScheduleEntry(Guid Id, Guid ScheduleId, DateTimeOffset DueAt, ScheduleOutcome Outcome, int Missed, bool ByHand, Guid? RunId, RunStatus? Status, string Reason);

/// <summary>Why a run could not be started. Stored: append only, and rename none.</summary>
public static class ScheduleRefusal
{
    /// <summary>The account that the schedule belongs to is gone or disabled.</summary>
    public const string OwnerGone = "owner_gone";

    /// <summary>The agent is gone, has no published version, or may no longer be used.</summary>
    public const string AgentGone = "agent_gone";

    /// <summary>No further run could wait for as long as it was tried.</summary>
    public const string Busy = "queue_full";

    /// <summary>Its times or its question can no longer be taken; it was switched off where the times are at fault.</summary>
    public const string Invalid = "invalid_settings";

    /// <summary>It failed inside the program; the log names the cause.</summary>
    public const string Failed = "internal_error";
}
