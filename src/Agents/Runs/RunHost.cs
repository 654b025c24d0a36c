using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Platform.Agents.Runs;

/// <summary>Executes runs in the background, a bounded number at once; the others wait in order and are told their place.</summary>
internal sealed class RunHost(RunExecution execution, IOptions<AgentsOptions> options) : BackgroundService
{
    private readonly ConcurrentDictionary<Guid, LiveRun> live = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> followed = new();
    private readonly Lock gate = new();
    private readonly List<LiveRun> waiting = [];
    private readonly SemaphoreSlim available = new(0);
    private int idle = options.Value.RunsAtOnce;
    private CancellationToken shutdown;

    /// <summary>Called with each run that now waits for a person, once that is stored: what it waits for may have been decided a moment before.</summary>
    public Func<Guid, CancellationToken, Task>? Waits { get; set; }

    /// <summary>Throws RunException(ModelBusy) when no further run may wait.</summary>
    public void RefuseWhenFull()
    {
        lock (gate)
        {
            if (idle == 0 && waiting.Count >= options.Value.WaitingRuns)
                throw new RunException(RunErrorKind.ModelBusy, $"{waiting.Count} questions are waiting already, and no more than {options.Value.WaitingRuns} may. Ask again in a moment.");
        }
    }

    public void Enqueue(LiveRun run)
    {
        live[run.Id] = run;
        lock (gate)
        {
            waiting.Add(run);
            run.Add("run.status", new RunStatusData("queued", waiting.Count));
        }
        Tell(run.Id);
        available.Release();
    }

    /// <summary>Executes a run at once, in the place of the one whose call it is, and returns when this process's part of it is stored.</summary>
    public Task RunInPlaceAsync(LiveRun run)
    {
        live[run.Id] = run;
        Tell(run.Id);
        return ExecuteAsync(run, shutdown);
    }

    /// <summary>Something of a run that waits for a person changed, or it goes on.</summary>
    public void Tell(Guid runId)
    {
        if (followed.TryRemove(runId, out var told))
            told.TrySetResult();
    }

    /// <summary>Done with what this process tells of a run next; take it before looking at the run.</summary>
    public Task NextOf(Guid runId) => followed.GetOrAdd(runId, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Whether the program is ending.</summary>
    public bool IsStopping => shutdown.IsCancellationRequested;

    /// <summary>The runs that this process executes or will.</summary>
    public IReadOnlyCollection<Guid> Live => [.. live.Keys];

    /// <summary>The run if this process executes it or will.</summary>
    public LiveRun? Find(Guid runId) => live.GetValueOrDefault(runId);

    /// <summary>Stops a run, waiting or in progress, and returns when its end is stored. Who does not wait for that changes nothing: the run is stopped and will be stored.</summary>
    public Task StopAsync(LiveRun run, CancellationToken cancellation)
    {
        Stop(run);
        return run.Stored.WaitAsync(cancellation);
    }

    /// <summary>Stops a run, waiting or in progress; its end is stored by and by.</summary>
    public void Stop(LiveRun run)
    {
        run.Stop();
        bool wasWaiting;
        lock (gate)
        {
            wasWaiting = waiting.Remove(run);
            Announce();
        }
        if (wasWaiting)
            _ = ExecuteAsync(run, shutdown); // only its end is left to tell and store; the program's own end waits for that
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        shutdown = stoppingToken;
        var workers = Enumerable.Range(0, options.Value.RunsAtOnce).Select(_ => WorkAsync(stoppingToken));
        await Task.WhenAll(workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var run in TakeAll())
            await ExecuteAsync(run, stoppingToken);
        await Task.WhenAll(live.Values.Select(run => run.Stored));
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (true)
        {
            await available.WaitAsync(stopping);
            LiveRun? run = null;
            lock (gate)
            {
                if (waiting.Count > 0) // a stopped one left its permit behind
                {
                    (run, idle) = (waiting[0], idle - 1);
                    waiting.RemoveAt(0);
                    Announce();
                }
            }
            if (run is null)
                continue;
            await ExecuteAsync(run, stopping);
            lock (gate)
                idle++;
        }
    }

    private async Task ExecuteAsync(LiveRun run, CancellationToken stopping)
    {
        await execution.ExecuteAsync(run, stopping);
        live.TryRemove(KeyValuePair.Create(run.Id, run)); // one that waited for a person may have been taken up again by now
        if (run.Progress.Status == RunStatus.RequiresAction && Waits is { } waits)
            await waits(run.Id, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // what fails here is found by RunLeases
    }

    private void Announce()
    {
        for (var i = 0; i < waiting.Count; i++)
            waiting[i].Add("run.status", new RunStatusData("queued", i + 1));
    }

    private List<LiveRun> TakeAll()
    {
        lock (gate)
        {
            List<LiveRun> left = [.. waiting];
            waiting.Clear();
            return left;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        available.Dispose();
    }
}
