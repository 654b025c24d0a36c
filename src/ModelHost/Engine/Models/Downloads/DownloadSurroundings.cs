namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>What downloads find around them.</summary>
/// <param name="FreeBytes">Room on the disk of a folder.</param>
/// <param name="Backoff">How long to wait before a try, 1 being the first further one.</param>
/// <param name="TryOut">Tries a file that has arrived; EngineException says why it is of no use; one that cannot be tried now passes.</param>
internal sealed record DownloadSurroundings(TimeProvider Time, Func<string, long> FreeBytes, Func<int, TimeSpan> Backoff, Func<string, CancellationToken, Task> TryOut)
{
    /// <summary>The machine's disk; one second, doubled with every try.</summary>
    internal static DownloadSurroundings Of(TimeProvider time, Func<string, CancellationToken, Task> tryOut) => new(time, folder => new DriveInfo(folder).AvailableFreeSpace, tries => TimeSpan.FromSeconds(1 << Math.Min(tries - 1, 5)), tryOut);
}
