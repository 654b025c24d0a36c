namespace Platform.Agents.Runs;

/// <summary>What a run was forked from.</summary>
/// <param name="FromStep">The step that was taken anew; null where the run began at its beginning, or went on after its last event.</param>
public sealed record RunOrigin(Guid RunId, string? FromStep);

/// <summary>How a run begins: by itself, as another run's call, or with what another run did.</summary>
internal sealed record RunBeginning(RunPurpose Purpose = RunPurpose.Asked, Guid? ParentId = null, RunOrigin? Origin = null)
{
    /// <summary>Numbered from 1, of the run that begins.</summary>
    public IReadOnlyList<RunEvent> Events { get; init; } = [];
}
