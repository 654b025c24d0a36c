namespace Platform.Agents.Runs;

/// <summary>Whether the service of models answers yet. What goes on by itself when the program starts (a run that was cut off, a schedule's time that was missed, a suite of tests) waits for it: it would fail else in the seconds that the service takes to start.</summary>
public interface IModelsReady
{
    /// <summary>Returns when it answers, or when there is no use in waiting longer. Throws the caller's cancellation only.</summary>
    Task UntilAsync(CancellationToken cancellation);
}
