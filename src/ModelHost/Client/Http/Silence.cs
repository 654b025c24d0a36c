namespace Platform.ModelHost.Client.Http;

/// <summary>Cancels when the service has said nothing for too long, or with the caller. Every word heard starts the wait anew.</summary>
internal sealed class Silence : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;

    public Silence(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _limit = limit;
        Caller = caller;
        _timer = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    public CancellationToken Caller { get; }

    public CancellationToken Token => _linked.Token;

    /// <summary>The wait ran out, and not because the caller left.</summary>
    public bool IsBroken => _timer.IsCancellationRequested && !Caller.IsCancellationRequested;

    /// <summary>The caller knows its own token, not ours.</summary>
    public OperationCanceledException OfCaller(OperationCanceledException ex) => new(ex.Message, ex, Caller);

    public void Heard() => _timer.CancelAfter(_limit);

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}
