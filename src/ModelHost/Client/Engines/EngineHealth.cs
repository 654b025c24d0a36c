namespace Platform.ModelHost.Client.Engines;

/// <summary>What the calls and the checks of an engine say of it. A failure that leaves no doubt takes it out at once, a doubtful one when three follow each other; it is asked again after a pause that doubles.</summary>
internal sealed class EngineHealth(TimeProvider time)
{
    private const int DoubtfulFailures = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5), LongestPause = TimeSpan.FromSeconds(15), LongestRest = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private EngineState state;
    private int failures;
    private string? lastError;
    private DateTimeOffset? lastChecked;
    private DateTimeOffset askAgainAt, busyUntil;

    /// <summary>Raised after the state has changed, with the one before.</summary>
    internal event Action<EngineState>? Changed;

    internal EngineState State { get { lock (gate) { return state; } } }

    /// <summary>It said that it has too much to do, and the time that it asked for is not over.</summary>
    internal bool IsBusy { get { lock (gate) { return busyUntil > time.GetUtcNow(); } } }

    /// <summary>How long it is left alone before it is asked again; zero when it may be asked now. The time that a busy engine asked for counts, well or not.</summary>
    internal TimeSpan Pause
    {
        get
        {
            lock (gate)
            {
                var now = time.GetUtcNow();
                var until = state is EngineState.Down or EngineState.Loading && askAgainAt > busyUntil ? askAgainAt : busyUntil;
                return until > now ? until - now : TimeSpan.Zero;
            }
        }
    }

    internal (EngineState State, int Failures, string? LastError, DateTimeOffset? LastChecked) Now { get { lock (gate) { return (state, failures, lastError, lastChecked); } } }

    internal void Answered() => Change(() =>
    {
        (failures, lastError) = (0, null);
        return EngineState.Ready;
    });

    /// <summary>A call or a check did not succeed. What is the fault of the request says that the engine is well.</summary>
    internal void Failed(ModelHostException failure)
    {
        switch (failure.Kind)
        {
            case ModelHostErrorKind.BadRequest or ModelHostErrorKind.ContextTooLong or ModelHostErrorKind.ModelNotFound:
                Answered();
                break;
            case ModelHostErrorKind.Busy:
                lock (gate) { busyUntil = time.GetUtcNow() + Shorter(failure.RetryAfter ?? FirstPause, LongestRest); }
                break;
            default:
                Change(() => Count(failure));
                break;
        }
    }

    private EngineState Count(ModelHostException failure)
    {
        (failures, lastError) = (failures + 1, failure.Message);
        if (failure.Kind == ModelHostErrorKind.Failed && failures < DoubtfulFailures) { return state; }
        var pause = Shorter(FirstPause * Math.Pow(2, Math.Min(failures - 1, 10)), LongestPause);
        askAgainAt = time.GetUtcNow() + pause * (0.8 + (0.4 * Random.Shared.NextDouble()));
        return failure.Code == "model_loading" ? EngineState.Loading : EngineState.Down;
    }

    private void Change(Func<EngineState> change)
    {
        EngineState before, after;
        lock (gate)
        {
            before = state;
            lastChecked = time.GetUtcNow();
            state = after = change();
        }
        if (before != after) { Changed?.Invoke(before); }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
