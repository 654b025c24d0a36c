using System.Globalization;
using System.Security.Cryptography;
using Platform.ModelHost.Client;
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
    internal const string GoneCode = "dataset_gone", UnreadableCode = "dataset_unreadable";

    private const int JobsAtOnce = 1_000;
    private const string Purpose = "fine-tune", HeldName = " held back", Ending = ".jsonl";

    /// <summary>Sends versions that are learned from together, in their order. By what one holds back and another teaches the service measures nothing.</summary>
    /// <exception cref="ModelHostException">The service does not take them; code <see cref="GoneCode"/>: a version was deleted meanwhile, so that there is nothing to send; <see cref="UnreadableCode"/>: the disk does not give or take its rows.</exception>
    public async Task<IReadOnlyList<SentVersion>> SendAsync(IReadOnlyList<(Dataset Set, DatasetVersion Version)> parts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(parts);
        List<SentVersion> sent = [];
        foreach (var (set, version) in parts)
        {
            try
            {
                sent.Add(await SendAsync(set, version, cancellation));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new ModelHostException(ModelHostErrorKind.Unavailable, $"The rows of version {version.Number.ToString(CultureInfo.InvariantCulture)} of the dataset '{set.Name}' cannot be read, or not be written for the way: {fault.Message}", fault) { Code = UnreadableCode };
            }
            catch (NotFoundException gone)
            {
                throw new ModelHostException(ModelHostErrorKind.BadRequest, $"The version {version.Number.ToString(CultureInfo.InvariantCulture)} of the dataset '{set.Name}' was deleted meanwhile.", gone) { Code = GoneCode };
            }
        }
        return sent;
    }

    /// <summary>The versions of a dataset, the newest first; none where it was deleted in another window.</summary>
    public async Task<IReadOnlyList<DatasetVersion>> VersionsAsync(Dataset set, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(set);
        try
        {
            return await versions.ListAsync(await current.GetAsync(), set.Id, cancellation);
        }
        catch (NotFoundException)
        {
            return [];
        }
    }

    /// <summary>Deletes the service's copies of a dataset's versions that no job names.</summary>
    /// <returns>How many copies jobs still name.</returns>
    /// <exception cref="ModelHostException">The service does not answer, or refuses.</exception>
    public async Task<int> ForgetAsync(Dataset set, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(set);
        var (caller, tuning, hashes) = (await current.GetAsync(), await administration.TuningAsync(), new HashSet<string>());
        foreach (var version in await versions.ListAsync(caller, set.Id, cancellation))
        {
            foreach (var heldBack in (bool[])[false, true])
            {
                await using var rows = await RowsAsync(caller, set, version, heldBack, cancellation);
                if (rows.Length > 0) hashes.Add(await HashAsync(rows, cancellation));
            }
        }
        var copies = (await tuning.FilesAsync(cancellation)).Where(file => file.Purpose == Purpose && hashes.Contains(file.Sha256)).ToList();
        if (copies.Count == 0)
            return 0;
        var used = new HashSet<string>();
        string? after = null;
        for (bool more = true; more;)
        {
            var page = await tuning.ListAsync(after, JobsAtOnce, cancellation);
            foreach (var job in page.Items)
                used.UnionWith([job.TrainingFile, job.ValidationFile ?? "", .. job.Mixture.SelectMany(part => (string[])[part.File, part.ValidationFile ?? ""])]);
            (after, more) = (page.Items.Count > 0 ? page.Items[^1].Id : null, page.HasMore && page.Items.Count > 0);
        }
        foreach (var copy in copies.Where(copy => !used.Contains(copy.Id)))
            await tuning.DeleteFileAsync(copy.Id, cancellation);
        return copies.Count(copy => used.Contains(copy.Id));
    }

    private async Task<SentVersion> SendAsync(Dataset set, DatasetVersion version, CancellationToken cancellation)
    {
        var (caller, tuning) = (await current.GetAsync(), await administration.TuningAsync());
        var known = (await tuning.FilesAsync(cancellation)).Where(file => file.Purpose == Purpose).GroupBy(file => file.Sha256).ToDictionary(same => same.Key, same => same.First().Id);
        var learned = await SendAsync(tuning, caller, set, version, heldBack: false, known, cancellation);
        return new SentVersion(learned, version.HeldBack > 0 ? await SendAsync(tuning, caller, set, version, heldBack: true, known, cancellation) : null);
    }

    private async Task<string> SendAsync(FineTuning tuning, Caller caller, Dataset set, DatasetVersion version, bool heldBack, Dictionary<string, string> known, CancellationToken cancellation)
    {
        await using var rows = await RowsAsync(caller, set, version, heldBack, cancellation);
        if (known.TryGetValue(await HashAsync(rows, cancellation), out var id))
            return id;
        rows.Position = 0;
        return (await tuning.UploadAsync($"{set.Name} {version.Number}{(heldBack ? HeldName : "")}{Ending}", rows, cancellation)).Id;
    }

    private async Task<FileStream> RowsAsync(Caller caller, Dataset set, DatasetVersion version, bool heldBack, CancellationToken cancellation)
    {
        var place = DataFolder.PrivateFile(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        place.Options |= FileOptions.DeleteOnClose;
        FileStream rows = new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), place);
        try
        {
            await versions.ExportAsync(caller, set.Id, version.Number, heldBack, rows, cancellation);
            rows.Position = 0;
            return rows;
        }
        catch
        {
            await rows.DisposeAsync();
            throw;
        }
    }

    private static async Task<string> HashAsync(FileStream rows, CancellationToken cancellation) => Convert.ToHexStringLower(await SHA256.HashDataAsync(rows, cancellation));
}
