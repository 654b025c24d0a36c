using Platform.ModelHost.Client.Http;

namespace Platform.ModelHost.Client.Engines;

/// <summary>One engine: its connections, what it serves, how it is and how much it has to do.</summary>
internal sealed class RemoteEngine : IDisposable
{
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(10), MostQuiet = TimeSpan.FromSeconds(20); // ours says every 15 s that it lives

    private readonly IReadOnlyList<string> only;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource ended = new();
    private readonly Lock gate = new();
    private volatile EngineOffer? offer;
    private volatile bool isStale = true;
    private volatile bool hasNoHealth;
    private Task? check;
    private int inFlight;

    internal RemoteEngine(EngineSettings settings, ModelHostOptions options, TimeProvider time)
    {
        this.time = time;
        Name = settings.Name;
        Host = settings.Endpoint!.Authority;
        only = [.. settings.Models];
        Http = new ModelHostHttp(settings.Endpoint, settings.ApiKey, options, time);
        Health = new EngineHealth(time);
    }

    /// <summary>Raised when it turns out to serve something else than before.</summary>
    internal event Action? Offered;

    internal string Name { get; }

    internal string Host { get; }

    internal ModelHostHttp Http { get; }

    internal EngineHealth Health { get; }

    /// <summary>Requests of this process that it works on.</summary>
    internal int InFlight => Volatile.Read(ref inFlight);

    /// <summary>It has no way to count tokens that we know. Learnt once.</summary>
    internal bool CannotCount { get; set; }

    /// <summary>What it serves; null while that is not known, or no longer certain.</summary>
    internal EngineOffer? Offer => isStale ? null : offer;

    internal EngineReport Report
    {
        get
        {
            var ((state, failures, error, at), last) = (Health.Now, offer);
            var served = last?.Models ?? [];
            return new EngineReport(Name, Host, state, [.. served.Select(model => model.Id)], served.Any(model => model.CanChat), InFlight, failures, error, at)
            {
                Served = served,
                IsForeign = last is { Dialect: not EngineDialect.Platform },
            };
        }
    }

    /// <summary>It may serve other things from now on.</summary>
    internal void Forget() => isStale = true;

    /// <summary>What it serves, asked for if need be. Throws ModelHostException.</summary>
    internal async Task<EngineOffer> OfferAsync(CancellationToken cancellation)
    {
        if (Offer is { } known) { return known; }
        try
        {
            return Learn(await ServedModelList.FetchAsync(Http, only, cancellation));
        }
        catch (ModelHostException failure)
        {
            Health.Failed(failure);
            throw;
        }
    }

    /// <summary>Looks whether it is well and what it serves, within 10 s; the result is in <see cref="Health"/> and <see cref="Offer"/>. When it gives no answer at all, its streams that have been silent for 20 s end. Who comes while a look is under way waits for that one.</summary>
    internal Task CheckAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (check is not { IsCompleted: false }) { check = LookAsync(); }
            return check.WaitAsync(cancellation);
        }
    }

    internal void Enter() => Interlocked.Increment(ref inFlight);

    internal void Leave() => Interlocked.Decrement(ref inFlight);

    public void Dispose()
    {
        ended.Cancel();
        Http.Dispose();
        ended.Dispose();
    }

    private async Task LookAsync()
    {
        using var limit = new CancellationTokenSource(CheckLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ended.Token);
        try
        {
            if (!hasNoHealth) { hasNoHealth = !await Http.IsHealthyAsync("/health", either.Token); }
            Learn(await ServedModelList.FetchAsync(Http, only, either.Token));
        }
        catch (ModelHostException failure)
        {
            if (failure.Kind != ModelHostErrorKind.Busy) { Forget(); }
            Health.Failed(failure);
        }
        catch (OperationCanceledException)
        {
            Forget();
            Health.Failed(new ModelHostException(ModelHostErrorKind.Unavailable, $"The model service did not answer within {CheckLimit.TotalSeconds:0} s."));
            Http.GiveUpStreams(MostQuiet); // a process that stands still keeps its connections; one that refuses still writes what it began
        }
    }

    private EngineOffer Learn(EngineOffer heard)
    {
        var isNews = offer is not { } known || !known.Models.SequenceEqual(heard.Models);
        (offer, isStale) = (heard, false);
        Health.Answered();
        if (isNews) { Offered?.Invoke(); }
        return heard;
    }
}
