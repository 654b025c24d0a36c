using Platform.Retrieval.Access;

namespace Platform.Agents.Runs;

/// <summary>A person in whose name runs go on.</summary>
public sealed record RunOwner(Caller Caller, string Name);

/// <summary>Who the owners of runs and schedules are now: what goes on without them has no right that they have lost.</summary>
public interface IRunOwners
{
    /// <summary>Null for a person who is gone or disabled.</summary>
    Task<RunOwner?> FindAsync(string userId, CancellationToken cancellation);
}
