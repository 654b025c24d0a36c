using System.Threading.Channels;
using Platform.ModelHost.Server.Hosting;

namespace Platform.ModelHost.Server.Jobs;

/// <summary>Work on model files: one job at a time, the others wait in order, and the last ones that ended can still be asked for.</summary>
internal sealed class ModelJobs(EngineHost host, TimeProvider time, ILogger<ModelJobs> log) : BackgroundService
{
    private const int MostWaiting = 16, Kept = 100;
    private static readonly TimeSpan ComeBackIn = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly List<ModelJob> _jobs = [];
    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(1); // that there is something to do

    /// <summary>Every job that is remembered, the newest first.</summary>
    public IReadOnlyList<ModelJob> All
    {
        get { lock (_gate) { return [.. _jobs.AsEnumerable().Reverse()]; } }
    }

    /// <summary>Throws <see cref="RequestRefused"/> when there is none of this id.</summary>
    public ModelJob Find(string id) => All.FirstOrDefault(job => job.Now.Id == id)
        ?? throw new RequestRefused(new Problem(404, "invalid_request_error", "not_found", $"There is no job '{id}'. Only the last {Kept} are remembered, and none from before the start."));

    /// <summary>Puts a job at the end of the queue. Throws <see cref="RequestRefused"/> when that is full.</summary>
    public ModelJob Add(string type, string model, ModelJobWork work)
    {
        lock (_gate)
        {
            var job = new ModelJob(type, model, work, time);
            if (_jobs.Count(other => other.IsWaiting) >= MostWaiting)
            {
                job.Dispose();
                throw new RequestRefused(new Problem(429, "rate_limit_error", "queue_full", $"{MostWaiting} jobs wait already. Wait until some have ended, or cancel them.") { RetryAfter = ComeBackIn });
            }

            _jobs.Add(job);
            while (_jobs.Count > Kept && _jobs.Find(other => other.HasEnded) is { } oldest)
            {
                _jobs.Remove(oldest);
                oldest.Dispose();
            }

            _added.Writer.TryWrite(true);
            return job;
        }
    }

    /// <summary>The job that waits longest; null where none does.</summary>
    private ModelJob? Next
    {
        get { lock (_gate) { return _jobs.Find(job => job.IsWaiting); } }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var _ in _added.Reader.ReadAllAsync(stoppingToken))
            {
                while (Next is { } job)
                {
                    await job.RunAsync(ex => Describe(job, ex), () => host.Engine.MemoryFreed, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            log.LogDebug("No more jobs: the service ends.");
        }
    }

    private Problem Describe(ModelJob job, Exception ex)
    {
        log.LogWarning(ex, "The job {Job} failed.", job.Now.Id);
        return Problems.Of(ex, job.Now.Id, draining: false);
    }
}
