namespace Platform.ModelHost.Client.Engines;

/// <summary>The engines as they are at this moment, for pages and health checks.</summary>
public sealed class ServedEngines
{
    private readonly EnginePool _pool;

    internal ServedEngines(EnginePool pool) => _pool = pool;

    /// <summary>Raised after an engine's state or what it serves has changed, on the thread that noticed it.</summary>
    public event Action? Changed
    {
        add => _pool.Changed += value;
        remove => _pool.Changed -= value;
    }

    /// <summary>Every configured engine, ModelHost:Endpoint first. Asks nobody.</summary>
    public IReadOnlyList<EngineReport> List() => [.. _pool.Engines.Select(engine => engine.Report)];

    /// <summary>Asks every engine now, each for 10 s at most, and lists them. A failure is in the list and not thrown.</summary>
    public async Task<IReadOnlyList<EngineReport>> CheckAsync(CancellationToken cancellation)
    {
        await Task.WhenAll(_pool.Engines.Select(engine => engine.CheckAsync(cancellation)));
        return List();
    }
}
