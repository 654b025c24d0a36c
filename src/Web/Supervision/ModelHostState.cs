namespace Platform.Web.Supervision;

/// <summary>Where the model host is in its life.</summary>
public enum ModelHostPhase { Starting, Ready, Down }

/// <summary>What is known of the model host now.</summary>
/// <param name="Reason">Why it is down, for administrators only: it may name paths of the machine. Null otherwise.</param>
/// <param name="RestartAt">When it is started again; null when it is up, or when something else restarts it.</param>
/// <param name="Final">No further start would help: its model, its native libraries or its settings cannot be used, and a person must change that.</param>
public sealed record ModelHostState(ModelHostPhase Phase, string? Reason = null, DateTimeOffset? RestartAt = null, bool Final = false);
