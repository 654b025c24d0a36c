using System.Globalization;

namespace Platform.Retrieval.Storage;

/// <summary>
/// One process a data folder. The lock is the kernel's, on an open file: it ends with the process, however that ends, so a lock left by a crash is taken over at once.
/// </summary>
public sealed class DataFolderLock : IDisposable
{
    // What the kernel says of a lock that is taken: EAGAIN on Linux and on macOS, a sharing violation on Windows.
    private const int TakenOnLinux = 11, TakenOnMac = 35, TakenOnWindows = unchecked((int)0x80070020);

    private readonly FileStream _held;

    private DataFolderLock(FileStream held) => _held = held;

    /// <summary>Makes the folder (owner-only rights) when absent and locks it. Throws <see cref="StartRefusedException"/> naming the holder when another process has it, or the cause when the folder cannot be written.</summary>
    public static DataFolderLock Take(DataFolder folder, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            return Hold(folder, time);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            string cause = NoSpace.Is(failure) ? "The disk is full. Free some space" : $"{failure.Message} Make it writable for this account";
            throw new StartRefusedException($"The data folder {Path.GetFullPath(folder.Path)} cannot be written. {cause}, or give another folder (Data:Directory).", failure);
        }
    }

    public void Dispose() => _held.Dispose();

    private static DataFolderLock Hold(DataFolder folder, TimeProvider time)
    {
        DataFolder.MakePrivate(folder.Path);

        // The holder's name lies in a file of its own, since the locked one cannot be opened by others.
        string holder = Path.Combine(folder.Path, "lock.holder");
        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(folder.Path, "lock"), DataFolder.PrivateFile(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException taken) when (taken.HResult is TakenOnLinux or TakenOnMac or TakenOnWindows)
        {
            string who = File.Exists(holder) ? File.ReadAllText(holder).Trim() : "another process";
            throw new StartRefusedException($"The data folder {Path.GetFullPath(folder.Path)} is in use by {who}. Stop it, or give this one another folder (Data:Directory).", taken);
        }

        string since = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        try
        {
            DataFolder.WritePrivate(holder, $"process {Environment.ProcessId} on {Environment.MachineName} since {since}");
            return new DataFolderLock(held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }
}
