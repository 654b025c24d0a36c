using Platform.Retrieval.Access;

namespace Platform.Agents.Schedules;

/// <summary>A person in whose name a schedule runs.</summary>
public sealed record ScheduleOwner(Caller Caller, string Name);

/// <summary>Who the owners of schedules are now: a schedule runs with the rights that its owner has at that moment.</summary>
public interface IScheduleOwners
{
    /// <summary>Null for a person who is gone or disabled.</summary>
    Task<ScheduleOwner?> FindAsync(string userId, CancellationToken cancellation);
}
