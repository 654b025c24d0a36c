namespace Platform.ModelHost.Client.Engines;

/// <summary>An engine that a request may go to.</summary>
/// <param name="Model">The model's id as this engine calls it.</param>
/// <param name="Sha256">Hash of its weights there; empty where the engine does not tell.</param>
internal sealed record EngineTarget(RemoteEngine Engine, EngineDialect Dialect, string Model, string Sha256 = "");

/// <summary>In which order replicas are asked. A conversation goes to the one that knows its beginning, unless that would have more than its share of the work; everything else goes where least is done.</summary>
/// <param name="overloadFactor">How many times its share a replica may have before conversations leave it.</param>
internal sealed class EngineOrder(double overloadFactor)
{
    private int turn;

    /// <summary>Best first, never empty. Throws ModelHostException(BadRequest) when no target knows a field that the request cannot do without.</summary>
    internal IReadOnlyList<EngineTarget> Of(IReadOnlyList<EngineTarget> targets, EngineCall call)
    {
        var fit = targets.Where(target => ExtensionFields.Missing(target.Dialect, call.Fields ?? []) is null).ToList();
        if (fit.Count == 0) { throw Unknown(targets[0], ExtensionFields.Missing(targets[0].Dialect, call.Fields ?? [])!); }
        if (fit.Count == 1) { return fit; }
        return call.Affinity is { } key ? ByAffinity(fit, key) : ByWork(fit);
    }

    /// <summary>Bounded loads: the limit is a multiple of the mean, this request included.</summary>
    private List<EngineTarget> ByAffinity(List<EngineTarget> targets, byte[] key)
    {
        var limit = Math.Ceiling(overloadFactor * (targets.Sum(target => target.Engine.InFlight) + 1) / targets.Count);
        return [.. targets.OrderBy(target => target.Engine.Health.IsBusy).ThenBy(target => target.Engine.InFlight + 1 > limit).ThenByDescending(target => Affinity.Weight(key, target.Engine.Name))];
    }

    private List<EngineTarget> ByWork(List<EngineTarget> targets)
    {
        var first = (int)((uint)Interlocked.Increment(ref turn) % targets.Count);
        return [.. targets.Skip(first).Concat(targets.Take(first)).OrderBy(target => target.Engine.Health.IsBusy).ThenBy(target => target.Engine.InFlight)];
    }

    private static ModelHostException Unknown(EngineTarget target, string field) => new(ModelHostErrorKind.BadRequest,
        field == "lora" ? $"'{target.Model}' is served by an engine that takes no adapters ('lora'). Leave them out, or choose a model of the Platform's own model service."
        : $"The request needs '{field}', and no engine that serves '{target.Model}' knows it. Leave it out, or choose a model of the Platform's own model service.");
}
