using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Training.Datasets.Feedback;

namespace Platform.Training.Datasets;

/// <summary>Deletes what outlived what it belongs to, at the start and every hour: judgements of conversations that were deleted, files of datasets that are gone.</summary>
internal sealed class Leftovers(FeedbackBox feedback, DatasetLibrary library, TimeProvider time, ILogger<Leftovers> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await feedback.ForgetGoneAsync(stoppingToken);
                await library.ForgetGoneAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "What outlived its conversation or dataset could not be deleted; it is tried again in {Pause}", Pause);
            }
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
