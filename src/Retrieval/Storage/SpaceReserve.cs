using System.Security.Cryptography;

namespace Platform.Retrieval.Storage;

/// <summary>
/// A file that is there only to take up room: given up when the disk is full, so that the failure can be recorded and things can be deleted, and taken again when there is room.
/// A database can neither write nor shrink on a disk that has nothing left.
/// </summary>
internal sealed class SpaceReserve(DataFolder folder)
{
    private const int Bytes = 1 << 20;

    private readonly string _path = Path.Combine(folder.Databases, "reserve");

    /// <summary>Takes the room, unless it is taken already or there is none.</summary>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        if (File.Exists(_path))
        {
            return;
        }

        try
        {
            // Random, for a file system that packs its files.
            Directory.CreateDirectory(folder.Databases);
            await File.WriteAllBytesAsync(_path, RandomNumberGenerator.GetBytes(Bytes), cancellation);
        }
        catch (IOException full) when (NoSpace.Is(full))
        {
            GiveUp();
        }
    }

    public void GiveUp() => File.Delete(_path);
}
