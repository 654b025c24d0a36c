using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Platform.ModelHost.Engine;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Jobs;

/// <summary>A job with its state, which followers are told of. May be used from any thread.</summary>
internal sealed class ModelJob : IDisposable
{
    private const string Queued = "queued", Running = "running", Completed = "completed", Failed = "failed", Cancelled = "cancelled";
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly TimeProvider _time;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ModelJobBody _now;

    public ModelJob(string type, string model, ModelJobWork work, TimeProvider time)
    {
        (Work, _time) = (work, time);
        _now = new ModelJobBody("mjob-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), "model.job", type, model, Queued, null, 0, null, null, time.GetUtcNow().ToUnixTimeSeconds(), null);
    }

    public ModelJobWork Work { get; }

    public ModelJobBody Now
    {
        get { lock (_gate) { return _now; } }
    }

    public bool IsWaiting => Now.Status == Queued;

    public bool HasEnded => Now.FinishedAt is not null;

    /// <summary>Ends it: at once while it waits, else its process is killed and it ends then.</summary>
    public void Cancel()
    {
        Set(now => now.Status == Queued ? Ended(now, Cancelled) : now);
        _cancel.Cancel();
    }

    /// <summary>Runs it to its end, whatever that is. Where memory is short it waits, and says so.</summary>
    /// <param name="describe">Tells failures.</param>
    /// <param name="freed">Ends when memory is given back.</param>
    /// <param name="stopping">Ends it with the service.</param>
    public async Task RunAsync(Func<Exception, Problem> describe, Func<Task> freed, CancellationToken stopping)
    {
        if (!Begin())
        {
            return; // cancelled while it waited
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _cancel.Token);
        try
        {
            var result = await WorkAsync(freed, either.Token);
            Set(now => Ended(now, Completed) with { Progress = 1, Result = result });
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            Set(now => Ended(now, Cancelled));
        }
        catch (Exception ex)
        {
            var error = ErrorBody.Of(describe(ex)).Error;
            Set(now => Ended(now, Failed) with { Error = error });
        }
    }

    private async Task<ModelJobResult> WorkAsync(Func<Task> freed, CancellationToken cancellation)
    {
        for (; ; )
        {
            var room = freed();
            try
            {
                return await Work(Now.Id, share => Set(now => now.Status == Running ? now with { Progress = Math.Max(now.Progress, share) } : now), cancellation);
            }
            catch (EngineException full) when (full is { Kind: EngineErrorKind.OutOfMemory, MayFitLater: true })
            {
                Set(now => now with { Status = Queued, Reason = full.Message });
            }

            await room.WaitAsync(cancellation);
            Set(now => now.Status == Queued ? now with { Status = Running, Reason = null } : now);
        }
    }

    /// <summary>Its states from now to its end; who reads slowly misses those between.</summary>
    public async IAsyncEnumerable<ModelJobBody> FollowAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            ModelJobBody now;
            lock (_gate)
            {
                (now, changed) = (_now, _changed.Task);
            }

            yield return now;
            if (now.FinishedAt is not null)
            {
                yield break;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    public void Dispose() => _cancel.Dispose();

    private bool Begin()
    {
        Set(now => now.Status == Queued ? now with { Status = Running } : now);
        return Now.Status == Running;
    }

    private ModelJobBody Ended(ModelJobBody now, string status) => now with { Status = status, Reason = null, FinishedAt = _time.GetUtcNow().ToUnixTimeSeconds() };

    private void Set(Func<ModelJobBody, ModelJobBody> change)
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            var next = change(_now);
            if (next == _now || _now.FinishedAt is not null)
            {
                return; // what has ended stays as it ended
            }

            (_now, told, _changed) = (next, _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told.SetResult();
    }
}

/// <summary>What a job does: with its id, a listener of its progress and a token that ends it.</summary>
internal delegate Task<ModelJobResult> ModelJobWork(string id, Action<double> progress, CancellationToken cancellation);
