using Platform.Agents.Runs;

namespace Platform.Web.Supervision;

/// <summary>Has what goes on by itself at the start wait for the model host: until it is ready, or is down and not about to be started again, at most so long as a large model takes to load.</summary>
public sealed class ModelsReady(ModelHostStatus status, TimeProvider time) : IModelsReady
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public async Task UntilAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource limit = new(Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        await ((Task)status.WaitForAsync(state => state.Phase == ModelHostPhase.Ready || state is { Phase: ModelHostPhase.Down, RestartAt: null }, either.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }
}
