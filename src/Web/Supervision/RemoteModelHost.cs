using Platform.ModelHost.Client.Engines;

namespace Platform.Web.Supervision;

/// <summary>Tells the status from the engines that somebody else runs: ready when one that can chat is.</summary>
/// <param name="engines">All engines.</param>
/// <param name="status">Is told.</param>
/// <param name="own">How many of them, from the first, are supervised here and tell for themselves.</param>
public sealed class RemoteModelHost(ServedEngines engines, ModelHostStatus status, int own) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        engines.Changed += Look;
        Look();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        engines.Changed -= Look;
        return Task.CompletedTask;
    }

    private void Look() => status.SetOthers(StateOf([.. engines.List().Skip(own)]));

    /// <summary>What several engines come to.</summary>
    internal static ModelHostState StateOf(IReadOnlyList<EngineReport> others) =>
        others.Any(engine => engine is { State: EngineState.Ready, CanChat: true }) ? new ModelHostState(ModelHostPhase.Ready)
        : others.Any(engine => engine.State is EngineState.Unknown or EngineState.Loading) ? new ModelHostState(ModelHostPhase.Starting)
        : new ModelHostState(ModelHostPhase.Down, string.Join(' ', others.Select(engine => $"{engine.Name} ({engine.Host}): {engine.LastError ?? "It serves no model that can chat."}")));
}
