using System.Runtime.CompilerServices;
using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>A job: its record, its events and its folder. Every change is on the disk before anybody is told of it. May be used from any thread.</summary>
internal sealed class TuningJob : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _work = new();
    private TuningRecord _now;
    private int _kills, _killedAt = -1;

    public TuningJob(string folder, TuningRecord record, TimeProvider time)
    {
        (Folder, _now, _time) = (new JobFiles(folder), record, time);
        Events = new EventLog(Folder.Events);
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
    public void Begin() => Run = (_time.GetTimestamp(), Now.Progress.Step);

    /// <summary>Counts a trainer that was killed; one that came further than the last starts the count anew.</summary>
    public int CountKill()
    {
        var step = Now.Progress.Step;
        _kills = step > _killedAt ? 1 : _kills + 1;
        _killedAt = step;
        return _kills;
    }

    /// <summary>Changes the record and keeps it.</summary>
    /// <returns>The record as it is then.</returns>
    public TuningRecord Change(Func<TuningRecord, TuningRecord> change)
    {
        lock (_gate)
        {
            var next = change(_now);
            if (next != _now)
            {
                DurableJson.Write(Folder.Record, next, RecordJson.Default.TuningRecord);
                _now = next;
            }
        }

        Tell();
        return Now;
    }

    /// <summary>What the trainer tells at each step: shown at once, and on the disk in its own file already.</summary>
    public void Progressed(Func<TuningProgress, TuningProgress> change)
    {
        lock (_gate)
        {
            _now = _now with { Progress = change(_now.Progress) };
        }
    }

    public void Say(string level, string message, IReadOnlyList<string>? rows = null) => Add(new TuningEvent(0, _time.GetUtcNow().ToUnixTimeMilliseconds(), level, message, "message") { Rows = rows });

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

    private void Tell()
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            (told, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told.SetResult();
    }
}
