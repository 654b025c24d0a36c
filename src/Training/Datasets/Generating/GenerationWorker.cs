using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Access;

namespace Platform.Training.Datasets.Generating;

/// <summary>Makes the rows that were asked for, one job after the other.</summary>
internal sealed class GenerationWorker(GenerationJobs jobs, RowGenerator generator, BestAnswers best, DatasetItems items, TimeProvider time, ILogger<GenerationWorker> log) : BackgroundService
{
    // After so many tries what was made is added: little is made twice after a kill.
    private const int Portion = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await jobs.NextAsync(stoppingToken) is { } next)
                    await RunAsync(next.Job, new Caller(next.OwnerId, IsAdministrator: true), next.Stop, stoppingToken);
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

    private async Task RunAsync(Generation job, Caller caller, CancellationToken stop, CancellationToken ending)
    {
        var (done, made, dropped, tried) = (job.Done, job.Made, job.Dropped, 0);
        var set = job.DatasetId;
        List<NewItem> portion = [];
        async Task AddAsync()
        {
            made += (await items.AddAsync(caller, job.DatasetId, portion, stop)).Added;
            portion.Clear();
            await jobs.ProgressAsync(job.Id, done, made, dropped, stop);
        }
        try
        {
            await foreach (var (row, item) in job.Wish.BestOf is null ? generator.MakeAsync(caller, job.Wish, done, stop).Select(made => (made.Row, made.Item)) : best.MakeAsync(caller, job.Wish, done, stop))
            {
                done = item is null && job.Wish.BestOf is null ? row : row + 1; // another passage may do for a row; a question has its answers
                if (item is null) dropped++;
                else portion.Add(item);
                if (++tried % Portion == 0)
                    await AddAsync();
            }
            done = job.Wish.Count;
            await AddAsync();
            await jobs.EndAsync(job.Id, GenerationState.Done, null, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.LogDebug("Making rows was stopped; the job says by whom");
        }
        catch (NotFoundException)
        {
            await jobs.EndAsync(job.Id, GenerationState.Failed, job.Wish.BestOf is null ? "The documents were deleted meanwhile." : "The dataset whose questions are answered was deleted meanwhile.", ending);
        }
        catch (Exception error)
        {
            log.LogWarning(error, "Making rows for dataset {Dataset} failed", set);
            await jobs.EndAsync(job.Id, GenerationState.Failed, error is DatasetException or ModelHostException ? error.Message : "It failed for a reason that the log has.", ending);
        }
        finally
        {
            jobs.Release(job.Id);
        }
    }
}
