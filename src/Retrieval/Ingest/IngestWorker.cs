using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Ingest;

/// <summary>Takes queued documents in, several at once. Belongs to the server: no page has to stay open.</summary>
internal sealed class IngestWorker(
    IngestJobs jobs, IngestPipeline pipeline, RunningIngests running, IngestWake wake, IngestHousekeeping housekeeping, SpaceReserve reserve, IOptions<RetrievalOptions> options,
    TimeProvider time, ILogger<IngestWorker> log) : BackgroundService
{
    private static readonly TimeSpan PollTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProgressTime = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    /// <summary>Runs until stopped; a failing table (disk full, database away) is tried again, never given up.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Reading, cutting and writing hold a thread of the pool for long. It gets as many more, or a search and a page would wait until one of them is let go.
        int workers = Math.Max(1, options.Value.Workers);
        ThreadPool.GetMinThreads(out int threads, out int completionThreads);
        ThreadPool.SetMinThreads(threads + (2 * workers), completionThreads);
        return Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(worker == 0, stoppingToken), stoppingToken)));
    }

    private async Task WorkAsync(bool keepsHouse, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (keepsHouse)
                {
                    await housekeeping.FinishAsync(stopping);
                }

                if (await jobs.ClaimAsync(stopping) is { } job)
                {
                    await TakeInAsync(job, stopping);
                }
                else
                {
                    await wake.WaitAsync(PollTime, stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                log.TableFailed(failure, PollTime.TotalSeconds);
                await Task.Delay(PollTime, time, CancellationToken.None);
            }
        }
    }

    private async Task TakeInAsync(IngestJob job, CancellationToken stopping)
    {
        using RunningIngest entered = await running.EnterAsync(job.DocumentId);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stopping, entered.Stopping);
        StageProgress progress = new();
        using CancellationTokenSource done = new();
        Task keeping = KeepLeaseAsync(job, progress, entered, done.Token);
        try
        {
            RefuseDeadly(job);
            await pipeline.RunAsync(job, progress, either.Token);
        }
        catch (Exception early) when (early is LeaseLostException || (early is OperationCanceledException && entered.Stopping.IsCancellationRequested))
        {
            log.EndedEarly(job.DocumentId);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await jobs.PostponeAsync(job, TimeSpan.Zero, job.WaitingSince, CancellationToken.None);
        }
        catch (Exception failure)
        {
            await SettleAsync(job, failure, progress.At.State);
        }
        finally
        {
            await done.CancelAsync();
            await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A document that takes the program down would do so at every start.</summary>
    private void RefuseDeadly(IngestJob job)
    {
        if (job.Crashes >= options.Value.MostCrashes)
        {
            throw new IngestException(
                IngestError.ProgramEnded,
                $"The program ended {job.Crashes} times while it was taking this file in, so it is not tried again by itself. If the program was not stopped from outside, split or convert the file; else retry.");
        }
    }

    /// <summary>Waits for a model service that is away, up to its patience; stores the cause of every other failure.</summary>
    private async Task SettleAsync(IngestJob job, Exception failure, DocumentState at)
    {
        try
        {
            if (failure is ModelHostException { Kind: ModelHostErrorKind.Unavailable or ModelHostErrorKind.Busy } away)
            {
                DateTimeOffset since = job.WaitingSince ?? time.GetUtcNow();
                if (time.GetUtcNow() - since < options.Value.ModelPatience)
                {
                    TimeSpan delay = away.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(job.Attempts, 10) - 1), LongestBackOff.TotalSeconds));
                    log.ModelAway(away.Message, job.DocumentId, delay.TotalSeconds);
                    await jobs.PostponeAsync(job, delay, since, CancellationToken.None);
                    return;
                }

                failure = new IngestException(
                    IngestError.ModelUnavailable, $"The model service did not answer for {options.Value.ModelPatience.TotalMinutes:0.#} minutes ({away.Message}) Retry when it is up.", away);
            }

            (IngestError error, string detail) = IngestFailure.Of(failure);
            if (IngestFailure.LiesInTheFile(error))
            {
                log.Refused(job.DocumentId, at, error);
            }
            else
            {
                log.Failed(failure, job.DocumentId, at, error);
            }

            if (error == IngestError.NoSpace)
            {
                reserve.GiveUp(); // the failure takes room too
            }

            await jobs.FailAsync(job, error, detail, at, CancellationToken.None);
        }
        catch (LeaseLostException)
        {
            log.EndedEarly(job.DocumentId);
        }
    }

    /// <summary>Writes progress when there is some, at most four times a second, and keeps the lease; stops the ingestion when the lease is lost.</summary>
    private async Task KeepLeaseAsync(IngestJob job, StageProgress progress, RunningIngest entered, CancellationToken done)
    {
        StageProgress.Point shown = progress.At;
        long renewed = time.GetTimestamp();
        try
        {
            using PeriodicTimer timer = new(ProgressTime, time);
            while (await timer.WaitForNextTickAsync(done))
            {
                StageProgress.Point at = progress.At;
                if (at != shown || time.GetElapsedTime(renewed) > IngestJobs.LeaseTime / 3)
                {
                    await jobs.KeepAsync(job, at, done);
                    (shown, renewed) = (at, time.GetTimestamp());
                }
            }
        }
        catch (Exception failure) when (!done.IsCancellationRequested)
        {
            log.LeaseNotKept(failure, job.DocumentId);
            entered.Abandon();
        }
    }
}
