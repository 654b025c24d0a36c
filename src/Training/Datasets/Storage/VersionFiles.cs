using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Platform.Retrieval;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Storage;

/// <summary>A line of a version's file.</summary>
/// <param name="HeldBack">Whether the row is kept for evaluation.</param>
internal sealed record VersionLine(Guid Id, bool HeldBack, string Origin, TrainingRow Row);

/// <summary>Files of frozen versions: one JSON line a row, written whole and never changed.</summary>
internal sealed class VersionFiles(DataFolder folder)
{
    private string Root => Path.Combine(folder.Path, "datasets");

    private string PathOf(Guid datasetId, string sha256) => Path.Combine(Root, datasetId.ToString("N"), sha256 + ".jsonl");

    /// <summary>Gives the hash of what was written. The same rows give the same file.</summary>
    public async Task<string> WriteAsync(Guid datasetId, IEnumerable<VersionLine> lines, CancellationToken cancellation)
    {
        var place = Path.Combine(Root, datasetId.ToString("N"));
        DataFolder.MakePrivate(Root);
        DataFolder.MakePrivate(place);
        var part = Path.Combine(place, Guid.NewGuid().ToString("N") + ".part");
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (FileStream file = new(part, DataFolder.PrivateFile(FileMode.CreateNew, FileAccess.Write, FileShare.None)))
            {
                foreach (var line in lines)
                {
                    var bytes = Encoding.UTF8.GetBytes(ItemJson.Write(line) + "\n");
                    hash.AppendData(bytes);
                    await file.WriteAsync(bytes, cancellation);
                }
                file.Flush(flushToDisk: true);
            }
            var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
            File.Move(part, PathOf(datasetId, sha256), overwrite: true);
            return sha256;
        }
        finally
        {
            File.Delete(part);
        }
    }

    public async IAsyncEnumerable<VersionLine> ReadAsync(Guid datasetId, string sha256, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var line in File.ReadLinesAsync(PathOf(datasetId, sha256), cancellation))
            yield return ItemJson.Read<VersionLine>(line);
    }

    /// <summary>Ids of the datasets that have a folder.</summary>
    public IReadOnlyList<Guid> All() => !Directory.Exists(Root) ? []
        : [.. Directory.EnumerateDirectories(Root).Select(place => Guid.TryParseExact(Path.GetFileName(place), "N", out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty)];

    public void Delete(Guid datasetId)
    {
        var place = Path.Combine(Root, datasetId.ToString("N"));
        if (Directory.Exists(place)) Directory.Delete(place, recursive: true);
    }
}
