using System.Security.Cryptography;
using Platform.ModelHost.Client.Admin;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Training.Datasets;
using Platform.Web.Host;

namespace Platform.Web.Features.Training;

/// <summary>A version's rows as files of the model service.</summary>
/// <param name="Held">Id of those that are not learned from; null where none were held back.</param>
public sealed record SentVersion(string Learned, string? Held);

/// <summary>Sends frozen rows to the model service. Rows that it has already, to the byte, are not sent again.</summary>
public sealed class FrozenFiles(DatasetVersions versions, CurrentCaller current, TrainingAdministration administration)
{
    /// <exception cref="Platform.ModelHost.Client.ModelHostException">The service does not take them.</exception>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    public async Task<SentVersion> SendAsync(Dataset set, DatasetVersion version, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(version);
        var (caller, tuning) = (await current.GetAsync(), await administration.TuningAsync());
        var known = (await tuning.FilesAsync(cancellation)).Where(file => file.Purpose == "fine-tune").GroupBy(file => file.Sha256).ToDictionary(same => same.Key, same => same.First().Id);
        return new SentVersion(
            await SendAsync(tuning, caller, set, version, heldBack: false, known, cancellation),
            version.HeldBack > 0 ? await SendAsync(tuning, caller, set, version, heldBack: true, known, cancellation) : null);
    }

    private async Task<string> SendAsync(FineTuning tuning, Caller caller, Dataset set, DatasetVersion version, bool heldBack, Dictionary<string, string> known, CancellationToken cancellation)
    {
        var place = DataFolder.PrivateFile(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        place.Options |= FileOptions.DeleteOnClose;
        await using FileStream rows = new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), place);
        await versions.ExportAsync(caller, set.Id, version.Number, heldBack, rows, cancellation);
        rows.Position = 0;
        if (known.TryGetValue(Convert.ToHexStringLower(await SHA256.HashDataAsync(rows, cancellation)), out var id))
        {
            return id;
        }
        rows.Position = 0;
        return (await tuning.UploadAsync($"{set.Name} {version.Number}{(heldBack ? " held back" : "")}.jsonl", rows, cancellation)).Id;
    }
}
