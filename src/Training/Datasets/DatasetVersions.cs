using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Training.Datasets.Curation;
using Platform.Training.Datasets.Storage;
using Platform.Training.Rows;
using Platform.Training.Rows.Similarity;

namespace Platform.Training.Datasets;

/// <param name="Version">That was made, or the one before when nothing has changed since.</param>
/// <param name="Leaks">Rows that are in neither part: what they say stands on both sides. They were to be held back and stand nearly the same among those to learn from (what they say is learned all the same, and no other row changes sides for them), or they put sections of both sides together.</param>
public sealed record FrozenVersion(DatasetVersion Version, int Leaks);

/// <summary>How the approved rows would be parted now, before near repeats are left out.</summary>
/// <param name="Sources">That the approved rows come from: documents, conversations, rows of their own.</param>
/// <param name="HeldSources">Those of them that would be held back.</param>
/// <param name="Unmeasured">Rows in a language, Chinese or another, of which none would be held back.</param>
/// <param name="IsBySection">Whether sections of one source would go to both sides, its documents being too few or too unequal for the share.</param>
public sealed record PlannedSplit(int Rows, int HeldBack, int Sources, int HeldSources, int Unmeasured, bool IsBySection = false);

/// <summary>What changed from one version to another.</summary>
/// <param name="Moved">Rows that are held back in one of them alone.</param>
public sealed record VersionDifference(IReadOnlyList<TrainingRow> Added, IReadOnlyList<TrainingRow> Removed, IReadOnlyList<(TrainingRow Before, TrainingRow After)> Changed, int Moved);

/// <summary>Frozen states of datasets: what jobs train on and adapters remember.</summary>
public sealed class DatasetVersions
{
    public const int MaxNoteLength = 500;

    /// <summary>Largest share of rows that may be held back.</summary>
    public const double MaxShare = 0.5;

    private const int MostTries = 20;

    private readonly IDbContextFactory<DatasetsContext> contexts;
    private readonly VersionFiles files;
    private readonly TimeProvider time;

    internal DatasetVersions(IDbContextFactory<DatasetsContext> contexts, VersionFiles files, TimeProvider time) => (this.contexts, this.files, this.time) = (contexts, files, time);

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<DatasetVersion>> ListAsync(Caller caller, Guid datasetId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        return [.. (await db.Versions.AsNoTracking().Where(v => v.DatasetId == datasetId).OrderByDescending(v => v.Number).ToListAsync(cancellation)).Select(Shown)];
    }

    /// <summary>Freezes the approved rows, parted by where they come from. DatasetException nothing_approved, share_out_of_range, note_too_long.</summary>
    public async Task<FrozenVersion> FreezeAsync(Caller caller, Guid datasetId, double share, long seed, string note, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(note);
        CheckShare(share);
        if (note.Length > MaxNoteLength)
            throw new DatasetException("note_too_long", $"The note has {note.Length} characters; the limit is {MaxNoteLength}. Shorten it.");
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var set = await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        var items = await db.Items.AsNoTracking().Where(item => item.DatasetId == datasetId && item.Status == RowStatus.Approved).OrderBy(item => item.Ordinal).ToListAsync(cancellation);
        if (items.Count == 0)
            throw new DatasetException("nothing_approved", $"No row of the dataset '{set.Name}' is approved; only approved rows are learned from. Approve some first.");

        var rows = items.ConvertAll(item => ItemJson.Read<TrainingRow>(item.Content));
        var sides = RowSplit.Sides(items.ConvertAll(item => item.Origin), rows.ConvertAll(Language), share, seed);
        int[] sided = [.. Enumerable.Range(0, items.Count).Where(i => sides[i] != RowSide.Neither)];
        var leaks = await Task.Run(() => Leakage.Find([.. sided.Select(i => rows[i].Parts)], [.. sided.Select(i => sides[i] == RowSide.HeldBack)], cancellation), cancellation);
        int[] kept = [.. sided.Where((_, at) => !leaks.Contains(at))];
        var sha256 = await files.WriteAsync(datasetId, kept.Select(i => new VersionLine(items[i].Id, sides[i] == RowSide.HeldBack, items[i].Origin, rows[i])), cancellation);
        for (var left = MostTries; ; left--)
        {
            var latest = await db.Versions.AsNoTracking().Where(v => v.DatasetId == datasetId).OrderByDescending(v => v.Number).FirstOrDefaultAsync(cancellation);
            if (latest?.Sha256 == sha256)
                return new(Shown(latest), items.Count - kept.Length);
            VersionRow version = new()
            {
                DatasetId = datasetId, Number = (latest?.Number ?? 0) + 1, Sha256 = sha256, Rows = kept.Length, HeldBack = kept.Count(i => sides[i] == RowSide.HeldBack), Tokens = kept.Sum(i => (long)items[i].Tokens),
                Share = share, Seed = seed, Note = note.Trim(), CreatedBy = caller.UserId, CreatedAt = StoredTime.Now(time),
            };
            db.Add(version);
            try
            {
                await db.SaveChangesAsync(cancellation);
                return new(Shown(version), items.Count - kept.Length);
            }
            catch (DbUpdateException) when (left > 1)
            {
                db.Entry(version).State = EntityState.Detached; // another window froze in the same moment, and has the number
            }
        }
    }

    /// <summary>What <see cref="FreezeAsync"/> would hold back now. DatasetException share_out_of_range.</summary>
    public async Task<PlannedSplit> PlanAsync(Caller caller, Guid datasetId, double share, long seed, CancellationToken cancellation)
    {
        CheckShare(share);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        var items = await db.Items.AsNoTracking().Where(item => item.DatasetId == datasetId && item.Status == RowStatus.Approved).OrderBy(item => item.Ordinal).Select(item => new { item.Origin, item.Content }).ToListAsync(cancellation);
        var languages = items.ConvertAll(item => Language(ItemJson.Read<TrainingRow>(item.Content)));
        var sides = RowSplit.Sides(items.ConvertAll(item => item.Origin), languages, share, seed);
        var sources = items.ConvertAll(item => RowPlace.Of(item.Origin).Source);
        int[] held = [.. Enumerable.Range(0, items.Count).Where(i => sides[i] == RowSide.HeldBack)], learned = [.. Enumerable.Range(0, items.Count).Where(i => sides[i] == RowSide.Learned)];
        var (measured, heldSources) = (held.Select(i => languages[i]).ToHashSet(), held.Select(i => sources[i]).ToHashSet());
        return new(learned.Length + held.Length, held.Length, sources.Distinct().Count(), heldSources.Count, held.Length == 0 ? 0 : languages.Count(language => !measured.Contains(language)), IsBySection: learned.Any(i => heldSources.Contains(sources[i])));
    }

    /// <summary>Writes the rows to learn from, or those held back, as JSON lines in OpenAI's format.</summary>
    public async Task ExportAsync(Caller caller, Guid datasetId, int number, bool heldBack, Stream output, CancellationToken cancellation)
    {
        await using StreamWriter writer = new(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        await foreach (var line in LinesAsync(caller, datasetId, number, cancellation))
            if (line.HeldBack == heldBack)
                await writer.WriteLineAsync(RowWriter.Write(line.Row).AsMemory(), cancellation);
    }

    /// <summary>Ids of the rows that the newest version holds back; none where there is no version.</summary>
    public async Task<IReadOnlySet<Guid>> HeldBackAsync(Caller caller, Guid datasetId, CancellationToken cancellation)
    {
        HashSet<Guid> held = [];
        if ((await ListAsync(caller, datasetId, cancellation)) is [{ HeldBack: > 0 } newest, ..])
            await foreach (var line in LinesAsync(caller, datasetId, newest.Number, cancellation))
                if (line.HeldBack) held.Add(line.Id);
        return held;
    }

    /// <summary>What a version has that another has not. Rows are known again by their identity, so that an edited one is changed and not new.</summary>
    public async Task<VersionDifference> CompareAsync(Caller caller, Guid datasetId, int before, int after, CancellationToken cancellation)
    {
        Dictionary<Guid, VersionLine> old = [];
        await foreach (var line in LinesAsync(caller, datasetId, before, cancellation))
            old[line.Id] = line;
        List<TrainingRow> added = [];
        List<(TrainingRow, TrainingRow)> changed = [];
        var moved = 0;
        await foreach (var line in LinesAsync(caller, datasetId, after, cancellation))
        {
            if (!old.Remove(line.Id, out var was))
            {
                added.Add(line.Row);
                continue;
            }
            if (ItemJson.Of(was.Row).Sha256 != ItemJson.Of(line.Row).Sha256) changed.Add((was.Row, line.Row));
            if (was.HeldBack != line.HeldBack) moved++;
        }
        return new(added, [.. old.Values.Select(line => line.Row)], changed, moved);
    }

    private async IAsyncEnumerable<VersionLine> LinesAsync(Caller caller, Guid datasetId, int number, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string sha256;
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
        {
            await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
            sha256 = (await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.DatasetId == datasetId && v.Number == number, cancellation))?.Sha256 ?? throw new NotFoundException($"Version {number} of dataset {datasetId}");
        }
        await foreach (var line in files.ReadAsync(datasetId, sha256, cancellation))
            yield return line;
    }

    private static void CheckShare(double share)
    {
        if (!(share >= 0 && share <= MaxShare))
            throw new DatasetException("share_out_of_range", $"The share of rows to hold back is {share}; it may be 0 to {MaxShare}.");
    }

    // Rows are parted in each of these by itself.
    private static string Language(TrainingRow row) => QualityRules.IsChinese(row.Exchange) == true ? "Chinese" : "other";

    private static DatasetVersion Shown(VersionRow row) => new(row.DatasetId, row.Number, row.Sha256, row.Rows, row.HeldBack, row.Tokens, row.Share, row.Seed, row.Note, row.CreatedBy, row.CreatedAt);
}
