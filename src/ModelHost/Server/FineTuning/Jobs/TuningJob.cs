using System.Globalization;
using System.Runtime.CompilerServices;
using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>A job: its record, its events and its folder. Every change is on the disk before anybody is told of it. May be used from any thread.</summary>
internal sealed class TuningJob : IDisposable
{
    private readonly Lock _gate = new(); // what is known, which every request looks at: never held while the disk works
    private readonly Lock _writing = new(); // one change after the other; taken before the gate
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _work = new();
    private TuningRecord _now;
    private int _kills, _killedAt = -1, _uses;
    private readonly JobPace _pace;
    private bool _isGone;

    public TuningJob(string folder, TuningRecord record, TimeProvider time, ILogger log)
    {
        (Folder, _now, _time, _log, _pace) = (new JobFiles(folder), record, time, log, new JobPace());
        Events = new EventLog(Folder.Events, log);
    }

    public JobFiles Folder { get; }

    public EventLog Events { get; }

    public TuningRecord Now
    {
        get { lock (_gate) { return _now; } }
    }

    /// <summary>Is worked at at this moment: prepared or trained.</summary>
    public bool IsBusy { get; set; }

    /// <summary>It is held because requests run.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Ends what is being done for it.</summary>
    public CancellationToken Work => _work.Token;

    /// <summary>When the trainer was started, and the step that it began after; null while none runs.</summary>
    public (long At, int Step)? Run { get; private set; }

    /// <summary>The trainer is started.</summary>
    public void Begin()
    {
        Run = (_time.GetTimestamp(), Now.Progress.Step);
        _pace.Begin();
    }

    /// <summary>Counts a trainer that was killed; one that kept more than any before it starts the count anew.</summary>
    /// <param name="kept">The step that the next one begins after.</param>
    public int CountKill(int kept)
    {
        _kills = kept > _killedAt ? 1 : _kills + 1;
        _killedAt = Math.Max(kept, _killedAt);
        return _kills;
    }

    /// <summary>Somebody lets it go on: what it was killed by before is said to be gone.</summary>
    public void ForgetKills() => (_kills, _killedAt) = (0, -1);

    /// <summary>Changes the record and keeps it.</summary>
    /// <returns>The record as it is then.</returns>
    /// <exception cref="RequestRefused">The job was deleted.</exception>
    /// <exception cref="IOException">It cannot be kept, and nothing is changed; so too UnauthorizedAccessException.</exception>
    public TuningRecord Change(Func<TuningRecord, TuningRecord> change)
    {
        lock (_writing)
        {
            TuningRecord before;
            lock (_gate)
            {
                RefuseGone();
                before = _now;
            }

            var next = change(before);
            if (next != before)
            {
                DurableJson.Write(Folder.Record, next, RecordJson.Default.TuningRecord);
                Know(next);
            }
        }

        Tell();
        return Now;
    }

    /// <summary>Changes the record to what the job came to: in memory also where the disk refuses, so that nobody works at it for ever.</summary>
    public void Settle(Func<TuningRecord, TuningRecord> change)
    {
        try
        {
            Change(change);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            lock (_writing)
            {
                Know(change(Now));
            }

            _log.LogError(fault, "The record of the training job {Job} cannot be written; what became of it is known until the service ends.", Now.Id);
            Tell();
        }
    }

    /// <summary>Says why a job waits.</summary>
    public void Wait(JobReason reason)
    {
        if (Now.Reason != reason)
        {
            Settle(now => now.Status is TuningStatus.ValidatingFiles or TuningStatus.Queued ? now with { Reason = reason } : now);
        }
    }

    /// <summary>Says what is done while no step is; null for the steps themselves.</summary>
    public void Phase(JobReason? doing)
    {
        if (Now is { Status: TuningStatus.Running } running && running.Reason != doing)
        {
            Settle(now => now.Status == TuningStatus.Running ? now with { Reason = doing } : now);
        }
    }

    /// <summary>Keeps a job from being deleted until what this returns is disposed of.</summary>
    /// <exception cref="RequestRefused">It was deleted.</exception>
    public IDisposable Use()
    {
        lock (_gate)
        {
            RefuseGone();
            _uses++;
            return new Ending(() => { lock (_gate) { _uses--; } });
        }
    }

    /// <summary>Lets a job go that has ended and that nobody works at; it changes no more.</summary>
    /// <param name="remove">Removes its files, wholly or not at all.</param>
    /// <returns>False where it has not ended, is still worked at, or has a draft that is to go first.</returns>
    public bool TryForget(Action remove)
    {
        lock (_writing)
        {
            lock (_gate)
            {
                RefuseGone();
                if (!_now.HasEnded || _now.HasDraftToWithdraw || IsBusy || _uses > 0)
                {
                    return false;
                }

                _isGone = true;
            }

            try
            {
                remove();
            }
            catch
            {
                lock (_gate)
                {
                    _isGone = false; // it is all there still, and can be asked for again
                }

                throw;
            }

            Events.Close();
        }

        return true;
    }

    /// <summary>What the trainer tells at each step: shown at once, and on the disk in its own file already. It told at that time.</summary>
    public void Progressed(Func<TuningProgress, TuningProgress> change, DateTimeOffset at)
    {
        lock (_writing)
        {
            var now = Now;
            Know(now with { Progress = change(now.Progress) });
        }
        Foresee(at);
    }

    private void Foresee(DateTimeOffset at)
    {
        if (Run is not null && Now is { Forecast: { Seconds: > 0 } forecast, Progress.Step: var step } && _pace.Of(forecast, step, at, IsHeld) is { } seconds)
        {
            Settle(known => known with { Forecast = forecast with { Seconds = seconds } });
            TrySay("info", "foreseen_anew", $"By its first {JobPace.FirstSteps} steps it takes about {(long)Math.Ceiling(seconds):N0} s in all.");
        }
    }

    public void Say(string level, string message, IReadOnlyList<string>? rows = null) => Add(new TuningEvent(0, _time.GetUtcNow().ToUnixTimeMilliseconds(), level, message, "message") { Rows = rows });

    /// <param name="level">info, warn or error.</param>
    /// <param name="code">What it says, for another language.</param>
    /// <param name="message">In English; what stands in it is kept beside it.</param>
    public void Say(string level, string code, FormattableString message, IReadOnlyList<string>? rows = null) =>
        Add(new TuningEvent(0, _time.GetUtcNow().ToUnixTimeMilliseconds(), level, message.ToString(CultureInfo.InvariantCulture), "message")
        {
            Code = code, Values = [.. message.GetArguments().Select(value => value is double number ? number.ToString("G4", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")], Rows = rows,
        });

    /// <summary>As Say, where what follows matters more than that it is told: a disk that refuses is only logged.</summary>
    public void TrySay(string level, string message) => Try(() => Say(level, message), message);

    /// <inheritdoc cref="TrySay(string, string)"/>
    public void TrySay(string level, string code, FormattableString message) => Try(() => Say(level, code, message), message.ToString(CultureInfo.InvariantCulture));

    private void Try(Action say, string message)
    {
        try
        {
            say();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _log.LogError(fault, "The training job {Job} cannot tell: {Message}", Now.Id, message);
        }
    }

    public void Add(TuningEvent one)
    {
        Events.Add(one);
        Tell();
    }

    public void Hold(bool isHeld)
    {
        if (IsHeld != isHeld)
        {
            IsHeld = isHeld;
            Tell();
        }
    }

    /// <summary>Ends what is being done for it, as a cancelled job's preparation.</summary>
    public void EndWork() => _work.Cancel();

    /// <summary>The record at each change, and at each new event, until the caller leaves.</summary>
    public async IAsyncEnumerable<TuningRecord> FollowAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            TuningRecord now;
            lock (_gate)
            {
                (now, changed) = (_now, _changed.Task);
            }

            yield return now;
            await changed.WaitAsync(cancellation);
        }
    }

    public void Dispose() => _work.Dispose();

    private void Know(TuningRecord now)
    {
        lock (_gate)
        {
            _now = now;
        }
    }

    private void RefuseGone()
    {
        if (_isGone)
        {
            throw TuningJobs.NoJob(_now.Id);
        }
    }

    private void Tell()
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            (told, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told.SetResult();
    }

    private sealed class Ending(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
