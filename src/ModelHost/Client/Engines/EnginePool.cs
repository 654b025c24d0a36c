using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.ModelHost.Client.Engines;

/// <summary>All engines, and the way of a request to one of them: by its model's id to an engine that serves it. What fails before its first byte is tried once more, on another.</summary>
internal sealed partial class EnginePool : IDisposable
{
    private const int MostTries = 2;

    private readonly EngineOrder order;
    private readonly ILogger<EnginePool> log;
    private readonly ConcurrentDictionary<(string Engine, string Model), string> others = new();

    public EnginePool(IOptions<ModelHostOptions> options, TimeProvider time, ILogger<EnginePool> log)
    {
        this.log = log;
        order = new EngineOrder(options.Value.OverloadFactor);
        Engines = [.. options.Value.All.Select(settings => new RemoteEngine(settings, options.Value, time))];
        foreach (var engine in Engines)
        {
            engine.Health.Changed += before => Tell(engine, before);
            engine.Offered += () => Changed?.Invoke();
        }
    }

    /// <summary>In the order of the configuration, ModelHost:Endpoint first.</summary>
    internal IReadOnlyList<RemoteEngine> Engines { get; }

    /// <summary>Raised after an engine's state or what it serves has changed.</summary>
    internal event Action? Changed;

    /// <summary>Runs a request where it belongs. The work ends its lease; where it throws, that is done for it. Throws ModelHostException; a cancellation is never tried again.</summary>
    internal async Task<T> RunAsync<T>(EngineCall call, Func<EngineLease, Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            return await RunAsync(order.Of(Alike(await TargetsAsync(call, cancellation), call), call), work);
        }
        catch (ModelHostException unknown) when (call.ReleasedOnly && unknown.Kind == ModelHostErrorKind.ModelNotFound)
        {
            throw new ModelHostException(ModelHostErrorKind.ModelNotFound, $"There is no model '{call.Model}', or not with the adapter that was asked for.", unknown) { StatusCode = unknown.StatusCode, Code = unknown.Code, Param = call.Fields?.Contains("lora") == true ? "lora" : "model", SaysNothingOfEngine = unknown.SaysNothingOfEngine };
        }
    }

    /// <summary>A request with a stream for an answer. Throws ModelHostException where none begins.</summary>
    /// <param name="call">What is wanted of an engine.</param>
    /// <param name="path">The endpoint.</param>
    /// <param name="body">The request as an engine takes it.</param>
    /// <param name="cancellation">Ends it.</param>
    internal async Task<EngineStream> StreamAsync(EngineCall call, string path, Func<EngineLease, JsonObject> body, CancellationToken cancellation)
    {
        return new EngineStream(await RunAsync(call, OpenAsync, cancellation), ElsewhereAsync);

        Task<OpenStream> OpenAsync(EngineLease lease) => EngineStream.OpenAsync(lease, path, body(lease), cancellation);

        async Task<OpenStream?> ElsewhereAsync(RemoteEngine lost, ModelHostException failure)
        {
            if (!MayHelpElsewhere(failure) || Others(call, lost) is not { Count: > 0 } others) { return null; }
            var other = order.Of(others, call)[0];
            LogElsewhere(lost.Name, failure.Message, other.Engine.Name);
            return await RunAsync([other], OpenAsync);
        }
    }

    private async Task<T> RunAsync<T>(IReadOnlyList<EngineTarget> targets, Func<EngineLease, Task<T>> work)
    {
        for (var tries = 1; ; tries++)
        {
            var lease = new EngineLease(targets[tries - 1]);
            try
            {
                return await work(lease);
            }
            catch (ModelHostException failure)
            {
                lease.Failed(failure);
                lease.Dispose();
                if (tries == Math.Min(targets.Count, MostTries) || !MayHelpElsewhere(failure)) { throw; }
                LogElsewhere(lease.Engine.Name, failure.Message, targets[tries].Engine.Name);
            }
            catch
            {
                lease.Dispose();
                throw;
            }
        }
    }

    /// <summary>What each engine that answers serves, in order. Throws ModelHostException when none answers.</summary>
    internal async Task<IReadOnlyList<(RemoteEngine Engine, EngineOffer Offer)>> OffersAsync(CancellationToken cancellation)
    {
        if (Engines is [var only]) { return [(only, await only.OfferAsync(cancellation))]; }
        // One that is well and may serve other things by now is waited for: without it the list would be another's alone.
        await CheckAsync(Engines.Where(engine => engine.Offer is null && engine.Health.Now is { State: EngineState.Unknown } or { State: EngineState.Ready, Failures: 0 }), cancellation);
        foreach (var engine in Engines.Where(engine => engine.Offer is null && engine.Health.Pause == TimeSpan.Zero)) { _ = engine.CheckAsync(CancellationToken.None); } // for the requests to come
        if (Known() is { Count: > 0 } known) { return known; }
        await CheckAsync(Engines, cancellation);
        return Known() is { Count: > 0 } now ? now
            : throw new ModelHostException(ModelHostErrorKind.Unavailable, $"None of the {Engines.Count} model engines answers. Try again in a moment; if it stays so, the log names the causes.");
    }

    /// <summary>Asks every engine at the next call: they may serve other models by now.</summary>
    internal void Forget()
    {
        foreach (var engine in Engines) { engine.Forget(); }
    }

    /// <summary>The engine that an id engine/model names, and the model; null for an id without one.</summary>
    internal (RemoteEngine? Engine, string Model) Named(string id) =>
        id.Split('/', 2) is [var name, { Length: > 0 } model] && Engines.FirstOrDefault(engine => engine.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } engine ? (engine, model) : (null, id);

    /// <summary>That a model is on none of the engines that answer.</summary>
    internal ModelHostException NotServed(string model)
    {
        var served = string.Join(", ", Known().SelectMany(known => known.Offer.Models).Select(one => one.Id).Where(id => !id.Contains('@', StringComparison.Ordinal)).Distinct().DefaultIfEmpty("no model"));
        var away = Engines.Where(engine => engine.Offer is null).Select(engine => engine.Name).ToList();
        return away.Count == 0
            ? new ModelHostException(ModelHostErrorKind.ModelNotFound, $"No engine serves '{model}' (they serve {served}).")
            : new ModelHostException(ModelHostErrorKind.Unavailable, $"No engine that answers serves '{model}' (they serve {served}), and {string.Join(", ", away)} cannot be reached. Try again in a moment, or choose another model.");
    }

    public void Dispose()
    {
        foreach (var engine in Engines) { engine.Dispose(); }
    }

    private async Task<IReadOnlyList<EngineTarget>> TargetsAsync(EngineCall call, CancellationToken cancellation)
    {
        if (call.Model.Length == 0) { return [Usual(await OffersAsync(cancellation))]; }
        var (named, model) = Named(call.Model);
        if ((named ?? (Engines is [var only] ? only : null)) is { } engine) { return [Target(engine, await OfferOrNoneAsync(engine, cancellation), model)]; }
        var targets = Find(await OffersAsync(cancellation), model);
        if (targets.Count > 0) { return targets; }
        await CheckAsync(Engines.Where(one => one.Offer is null), cancellation); // it may be on one that was away
        return Find(Known(), model) is { Count: > 0 } found ? found : throw NotServed(model);
    }

    /// <summary>Those beside a lost one that are known to serve the same; nobody is asked for it, so that a failure is told at once where there is none.</summary>
    private List<EngineTarget> Others(EngineCall call, RemoteEngine lost)
    {
        var known = Known().FindAll(one => one.Engine != lost);
        var targets = call.Model.Length == 0 ? (known.Count == 0 ? [] : [Usual(known)]) : Named(call.Model).Engine is null ? Find(known, call.Model) : [];
        return targets.FindAll(target => ExtensionFields.Missing(target.Dialect, call.Fields ?? []) is null);
    }

    /// <summary>Those whose weights are the ones that are asked for: another file under the same name is another model. Who has it is told once.</summary>
    private IReadOnlyList<EngineTarget> Alike(IReadOnlyList<EngineTarget> targets, EngineCall call)
    {
        if (call.Sha256 is not { Length: > 0 } wanted) { return targets; }
        foreach (var other in targets.Where(target => target.Sha256 != wanted))
        {
            var isNews = !others.TryGetValue((other.Engine.Name, other.Model), out var told) || told != other.Sha256;
            others[(other.Engine.Name, other.Model)] = other.Sha256;
            if (isNews) { LogOther(other.Engine.Name, other.Model, Beginning(other.Sha256), Beginning(wanted)); }
        }
        return targets.Where(target => target.Sha256 == wanted).ToList() is { Count: > 0 } alike ? alike
            : throw new ModelHostException(ModelHostErrorKind.Unavailable, $"No engine that answers serves '{call.Model}' with the weights {Beginning(wanted)} that were asked for; {string.Join(", ", targets.Select(target => target.Engine.Name))} has another file under that name. Give every engine the same file.");

        static string Beginning(string sha256) => sha256.Length > 12 ? sha256[..12] : "without a hash";
    }

    private List<(RemoteEngine Engine, EngineOffer Offer)> Known() => [.. Engines.Select(engine => (engine, engine.Offer)).Where(known => known.Offer is not null).Select(known => (known.engine, known.Offer!))];

    private static List<EngineTarget> Find(IReadOnlyList<(RemoteEngine Engine, EngineOffer Offer)> offers, string model) =>
        [.. offers.Where(one => one.Offer.Find(model) is not null).Select(one => Target(one.Engine, one.Offer, model))];

    /// <summary>Ours chooses by what is asked for; of others' models it is the first.</summary>
    private static EngineTarget Usual(IReadOnlyList<(RemoteEngine Engine, EngineOffer Offer)> offers) =>
        offers.FirstOrDefault(one => one.Offer.Dialect == EngineDialect.Platform) is { Engine: { } ours, Offer: var offer } ? new(ours, offer.Dialect, "", "")
        : Target(offers[0].Engine, offers[0].Offer, offers[0].Offer.Models is [var first, ..] ? first.Id : "");

    private static EngineTarget Target(RemoteEngine engine, EngineOffer offer, string model) => new(engine, offer.Dialect, offer.Find(model)?.Id ?? model, offer.Find(model)?.Sha256 ?? "");

    /// <summary>A service that lists nothing may serve what it is asked for all the same.</summary>
    private static async Task<EngineOffer> OfferOrNoneAsync(RemoteEngine engine, CancellationToken cancellation)
    {
        try
        {
            return await engine.OfferAsync(cancellation);
        }
        catch (ModelHostException noList) when (noList.IsAboutThePath)
        {
            return new EngineOffer([], EngineDialect.Plain);
        }
    }

    private static Task CheckAsync(IEnumerable<RemoteEngine> engines, CancellationToken cancellation) => Task.WhenAll(engines.Select(engine => engine.CheckAsync(cancellation)));

    /// <summary>Silence is not tried again: whoever waited for it has waited long enough.</summary>
    private static bool MayHelpElsewhere(ModelHostException failure) =>
        failure.Kind is not (ModelHostErrorKind.BadRequest or ModelHostErrorKind.ContextTooLong) && failure.Code != Http.ModelHostErrors.SilentCode;

    private void Tell(RemoteEngine engine, EngineState before)
    {
        var (state, _, error, _) = engine.Health.Now;
        if (state == EngineState.Ready && before != EngineState.Unknown) { LogBack(engine.Name); }
        if (state == EngineState.Down && before == EngineState.Ready) { LogOut(engine.Name, error); }
        Changed?.Invoke();
    }

    [LoggerMessage(LogLevel.Information, "The engine {Engine} did not begin to answer: {Reason} The engine {Next} is asked.")]
    private partial void LogElsewhere(string engine, string reason, string next);

    [LoggerMessage(LogLevel.Warning, "The engine {Engine} is left out for {Model}: its file is {Sha256}, the others' {Wanted}. Vectors of two files do not mix.")]
    private partial void LogOther(string engine, string model, string sha256, string wanted);

    [LoggerMessage(LogLevel.Information, "The engine {Engine} answers again.")]
    private partial void LogBack(string engine);

    [LoggerMessage(LogLevel.Warning, "The engine {Engine} is out: {Reason}")]
    private partial void LogOut(string engine, string? reason);
}
