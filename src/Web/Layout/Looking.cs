namespace Platform.Web.Layout;

/// <summary>Looks again and again at what a page shows, until the page is left or its session ends. A look that fails is logged, and the next one comes: a page never stands still without a word.</summary>
internal static class Looking
{
    /// <param name="look">False when there is nothing more to look at.</param>
    /// <param name="gone">Cancelled when the page is left.</param>
    public static async Task EveryAsync(TimeSpan pause, TimeProvider time, ILogger log, Func<Task<bool>> look, CancellationToken gone)
    {
        using var tick = new PeriodicTimer(pause, time);
        try
        {
            while (await tick.WaitForNextTickAsync(gone) && await LookAsync(look, log))
            {
                continue;
            }
        }
        catch (Exception end) when (IsEnd(end))
        {
            return;
        }
    }

    private static async Task<bool> LookAsync(Func<Task<bool>> look, ILogger log)
    {
        try
        {
            return await look();
        }
        catch (Exception failure) when (!IsEnd(failure))
        {
            log.LogWarning(failure, "A page could not look again; it is tried again");
            return true;
        }
    }

    // Left, signed out, or closed with its window.
    private static bool IsEnd(Exception error) => error is OperationCanceledException or UnauthorizedAccessException or ObjectDisposedException;
}
