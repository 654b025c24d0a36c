namespace Platform.ModelHost.Client.Http;

/// <summary>Cancels when the service has said nothing for too long, when it is given up meanwhile, or with the caller. Every word heard starts the wait anew.</summary>
internal sealed class Silence : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;
    private readonly Lock _gate = new();
    private long _heardAt;
    private bool _isOver;

    public Silence(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _limit = limit;
        _time = time;
        Caller = caller;
        _heardAt = time.GetTimestamp();
        _timer = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    public CancellationToken Caller { get; }

    public CancellationToken Token => _linked.Token;

    /// <summary>The wait ran out or was given up, and not because the caller left.</summary>
    public bool IsBroken => _timer.IsCancellationRequested && !Caller.IsCancellationRequested;

    /// <summary>The wait ended before its limit: nobody is there to break the silence.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>The caller knows its own token, not ours.</summary>
    public OperationCanceledException OfCaller(OperationCanceledException ex) => new(ex.Message, ex, Caller);

    public void Heard()
    {
        lock (_gate)
        {
            _heardAt = _time.GetTimestamp();
            _timer.CancelAfter(_limit);
        }
    }

    /// <summary>Until something is heard again nobody waits for the service: somebody else is slow.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            _timer.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends the wait now where nothing was heard for so long.</summary>
    public void GiveUpAfter(TimeSpan quiet)
    {
        lock (_gate)
        {
            if (_isOver || _timer.IsCancellationRequested || _time.GetElapsedTime(_heardAt) < quiet)
            {
                return;
            }

            IsGivenUp = true;
            _ = _timer.CancelAsync(); // who waits goes on elsewhere, not under this lock
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _linked.Dispose();
            _timer.Dispose();
        }
    }
}
