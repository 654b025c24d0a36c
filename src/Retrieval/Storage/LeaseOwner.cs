namespace Platform.Retrieval.Storage;

/// <summary>
/// Names who holds a lease in a database that several processes share. The data folder is locked by one process at a time, so a lease that bears the folder's name and was
/// not taken by this process is a dead one's.
/// </summary>
public sealed class LeaseOwner(DataFolder folder)
{
    /// <summary>The beginning of every lease of this data folder.</summary>
    public string Folder { get; } = $"{Environment.MachineName}:{Path.GetFullPath(folder.Path)}:";

    /// <summary>A lease that no other has.</summary>
    public string NewLease() => Folder + Guid.NewGuid().ToString("N");
}
