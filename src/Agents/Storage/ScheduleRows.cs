using Platform.Agents.Schedules;

namespace Platform.Agents.Storage;

internal sealed class ScheduleRow
{
    public Guid Id { get; set; }
    public required string OwnerId { get; set; }
    public Guid AgentId { get; set; }
    public required string Name { get; set; }
    public required string Input { get; set; }
    public required string Cron { get; set; }
    public required string TimeZone { get; set; }
    public MissedRule Missed { get; set; }
    public OverlapRule Overlap { get; set; }

    /// <summary>The next time; null while it is switched off. Who moves it on has taken that time.</summary>
    public DateTimeOffset? NextAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class ScheduleEntryRow
{
    public Guid Id { get; set; }
    public Guid ScheduleId { get; set; }
    public DateTimeOffset DueAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public ScheduleOutcome Outcome { get; set; }
    public int Missed { get; set; }
    public bool ByHand { get; set; }

    /// <summary>Chosen before the run is started: starting it again starts nothing new.</summary>
    public Guid RunId { get; set; }
    public string Reason { get; set; } = "";

    /// <summary>Of the process that starts it.</summary>
    public required string Lease { get; set; }
    public DateTimeOffset LeaseUntil { get; set; }
}
