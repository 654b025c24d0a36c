using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Agents.Acting;

namespace Platform.Agents.Runs;

/// <summary>Executes runs in the background, a bounded number at once; the others wait, people take turns, and each is told its place.</summary>
/// <param name="program">Null where its end is told by <see cref="BackgroundService.StopAsync"/> alone. Of a program it is known long before that: open streams are let end first, and the service of models may be gone by then.</param>
internal sealed class RunHost(RunExecution execution, IOptions<AgentsOptions> options, TimeProvider time, IHostApplicationLifetime? program = null) : BackgroundService
{
    private const int KeptForOthers = 8; // one place in so many
    private static readonly TimeSpan PlacesEvery = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<Guid, LiveRun> live = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> followed = new();
    private readonly Lock gate = new();
    private readonly RunQueue waiting = new();
    private readonly SemaphoreSlim available = new(0);
    private int idle = options.Value.RunsAtOnce;
    private long? placesTold;
    private bool tellsPlaces, isOver;
    private CancellationToken shutdown, last;

    /// <summary>Called with each run that now waits for a person, once that is stored: what it waits for may have been decided a moment before.</summary>
    public Func<Guid, CancellationToken, Task>? Waits { get; set; }

    /// <summary>Throws RunException(ModelBusy) when no further run of a person may wait: an eighth of the places is kept for others.</summary>
    public void RefuseWhenFull(string userId)
    {
        var most = options.Value.WaitingRuns;
        lock (gate)
        {
            if (idle > 0)
                return;
            if (waiting.Count >= most)
                throw new RunException(RunErrorKind.ModelBusy, $"{waiting.Count} questions are waiting already, and no more than {most} may. Ask again in a moment.");
            if (waiting.CountOf(userId) is var own && own >= most - (most / KeptForOthers))
                throw new RunException(RunErrorKind.ModelBusy, $"{own} questions of yours are waiting already, and no more of one person may: the other places are for others. Ask again in a moment.");
        }
    }

    public void Enqueue(LiveRun run)
    {
        live[run.Id] = run;
        bool isLate;
        lock (gate)
        {
            isLate = isOver;
            if (!isLate)
                waiting.Add(run);
            run.Add("run.status", new RunStatusData(AgentJournal.Queued, isLate ? 0 : PlaceOf(run)));
        }
        Tell(run.Id);
        if (isLate)
            _ = ExecuteAsync(run, shutdown); // nobody takes what waits any more: an agent's run is left to the next start, a plain answer ends as interrupted
        else
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
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, program?.ApplicationStopping ?? CancellationToken.None);
        (shutdown, last) = (ending.Token, stoppingToken);
        Task[] workers = [.. Enumerable.Range(0, options.Value.RunsAtOnce).Select(_ => WorkAsync(ending.Token))];
        await Task.Delay(Timeout.InfiniteTimeSpan, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var run in TakeAll())
            await ExecuteAsync(run, ending.Token);
        await Task.WhenAll(workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(live.Values.Select(run => run.Stored));
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (true)
        {
            await available.WaitAsync(stopping);
            LiveRun? run;
            lock (gate)
            {
                run = waiting.Take();
                if (run is null)
                    continue; // a stopped one left its permit behind
                idle--;
                Announce();
            }
            await ExecuteAsync(run, run.Agent is null ? last : stopping); // nothing goes on with a plain answer: it has as long as the server waits for its streams
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

    /// <summary>Tells those that wait their places, at once or, where they were told a moment ago, by and by: each place is an event that is kept, and where hundreds wait each that goes would make hundreds.</summary>
    private void Announce()
    {
        if (waiting.Count == 0 || tellsPlaces)
            return;
        if (placesTold is { } told && PlacesEvery - time.GetElapsedTime(told) is { Ticks: > 0 } left)
        {
            tellsPlaces = true;
            _ = AnnounceAsync(left);
            return;
        }
        placesTold = time.GetTimestamp();
        var place = 0;
        foreach (var run in waiting.InOrder())
            run.Add("run.status", new RunStatusData(AgentJournal.Queued, ++place));
    }

    private async Task AnnounceAsync(TimeSpan after)
    {
        await Task.Delay(after, time, shutdown).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate)
        {
            (tellsPlaces, placesTold) = (false, null);
            Announce();
        }
    }

    private int PlaceOf(LiveRun run) => waiting.InOrder().TakeWhile(other => other != run).Count() + 1;

    private IReadOnlyList<LiveRun> TakeAll()
    {
        lock (gate)
        {
            isOver = true;
            return waiting.TakeAll();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        available.Dispose();
    }
}
