using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;

namespace Platform.Training.Datasets.Generating;

/// <summary>Makes the rows that were asked for, one job after the other.</summary>
/// <param name="owners">Null where nobody is known: then whoever queued a job may still do so.</param>
internal sealed class GenerationWorker(GenerationJobs jobs, RowGenerator generator, BestAnswers best, DatasetItems items, TimeProvider time, ILogger<GenerationWorker> log, IRunOwners? owners = null) : BackgroundService
{
    // After so many tries what was made is added: little is made twice after a kill.
    private const int Portion = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5), FirstWait = TimeSpan.FromMilliseconds(250), LongestWait = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await jobs.NextAsync(stoppingToken) is { } next)
                    await WorkAsync(next.Job, next.Place, next.OwnerId, next.Stop, stoppingToken);
                await jobs.WokenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                log.LogDebug("The program ends; what is being made goes on at its next start");
            }
            catch (Exception error)
            {
                log.LogError(error, "The jobs that make rows could not be looked for; they are looked for again in {Pause}", Pause);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Works on a job while it is this process's, and says so as it goes on: a model may take minutes for a portion.</summary>
    private async Task WorkAsync(Generation job, GenerationPlace place, string ownerId, CancellationToken stop, CancellationToken ending)
    {
        var done = RunAsync(job, place, ownerId, stop, ending);
        using PeriodicTimer timer = new(GenerationJobs.LeaseTime / 3, time);
        for (var tick = TickAsync(timer, ending); await Task.WhenAny(done, tick) == tick && !ending.IsCancellationRequested; tick = TickAsync(timer, ending))
        {
            try
            {
                await jobs.KeepAsync(job.Id, ending);
            }
            catch (Exception failure) when (!ending.IsCancellationRequested)
            {
                log.LogError(failure, "The lease of job {Job} could not be kept; it is tried again", job.Id);
            }
        }
        await done;
    }

    private static Task<bool> TickAsync(PeriodicTimer timer, CancellationToken ending) => timer.WaitForNextTickAsync(ending).AsTask();

    private async Task RunAsync(Generation job, GenerationPlace place, string ownerId, CancellationToken stop, CancellationToken ending)
    {
        var (done, made, tried, silent) = (job.Done, job.Made, 0, TimeSpan.Zero);
        Dictionary<string, int> missing = new(job.Missing);
        var set = job.DatasetId;
        List<NewItem> portion = [];
        void Miss(string reason, int rows)
        {
            if (rows > 0) missing[reason] = missing.GetValueOrDefault(reason) + rows;
        }
        async Task AddAsync(Caller caller)
        {
            if (!await jobs.KeepAsync(job.Id, stop))
                return; // what was made is another's to make
            var added = await items.AddAsync(caller, job.DatasetId, portion, stop);
            made += added.Added;
            Miss("in_dataset", added.Repeated);
            portion.Clear();
            await jobs.ProgressAsync(job.Id, done, made, missing, place.StandAt(done), stop);
        }
        try
        {
            // Jobs are administrators': who was one when it was queued need not be one by now.
            if (owners is not null && await owners.FindAsync(ownerId, stop) is not { Caller.IsAdministrator: true })
            {
                await jobs.EndAsync(job.Id, GenerationState.Failed, GenerationFault.NoAdministrator, ending);
                return;
            }
            Caller caller = new(ownerId, IsAdministrator: true);
            while (true)
            {
                try
                {
                    await foreach (var one in job.Wish.BestOf is null ? generator.MakeAsync(caller, job.Wish, done, place, stop) : best.MakeAsync(caller, job.Wish, done, stop))
                    {
                        silent = TimeSpan.Zero;
                        done = one.Row + (one.Item is null ? one.Missing : 1); // another passage may do for a row
                        if (one.Item is null) Miss(one.Dropped, one.Missing);
                        else portion.Add(one.Item);
                        if (++tried % Portion == 0)
                            await AddAsync(caller);
                    }
                    break;
                }
                catch (ModelHostException away) when (away.Kind is ModelHostErrorKind.Unavailable or ModelHostErrorKind.Busy or ModelHostErrorKind.StreamBroken)
                {
                    // The service starts again, or answers others: hours of rows are not given up for that.
                    silent = silent == TimeSpan.Zero ? FirstWait : silent * 2 < LongestWait ? silent * 2 : LongestWait;
                    log.LogWarning(away, "Making rows for dataset {Dataset} waits for the model service", set);
                    await AddAsync(caller);
                    await jobs.WaitsAsync(job.Id, GenerationFault.Of(away, job.Wish), stop);
                    await Task.Delay(silent, time, stop);
                    await jobs.WaitsAsync(job.Id, null, stop);
                }
            }
            done = job.Wish.Count;
            await AddAsync(caller);
            stop.ThrowIfCancellationRequested();
            await jobs.EndAsync(job.Id, GenerationState.Done, null, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.LogDebug("Making rows was stopped; the job says by whom");
        }
        catch (Exception error)
        {
            log.LogWarning(error, "Making rows for dataset {Dataset} failed", set);
            await jobs.EndAsync(job.Id, GenerationState.Failed, GenerationFault.Of(error, job.Wish), ending);
        }
        finally
        {
            jobs.Release(job.Id);
        }
    }
}
