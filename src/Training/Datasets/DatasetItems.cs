using System.Text;
using Microsoft.EntityFrameworkCore;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Training.Datasets.Curation;
using Platform.Training.Datasets.Storage;
using Platform.Training.Rows;
using Platform.Training.Rows.Similarity;

namespace Platform.Training.Datasets;

/// <summary>The rows of datasets: shown, added, changed, judged. Whoever may not see a dataset is told that it is not there (NotFoundException).</summary>
public sealed class DatasetItems
{
    /// <summary>Most rows of a dataset.</summary>
    public const int MaxRows = 200_000;

    /// <summary>Most rows that one page of a query has.</summary>
    public const int MaxPage = 500;

    private const int MaxSourceLength = 400;

    private readonly IDbContextFactory<DatasetsContext> contexts;
    private readonly TimeProvider time;

    internal DatasetItems(IDbContextFactory<DatasetsContext> contexts, TimeProvider time) => (this.contexts, this.time) = (contexts, time);

    /// <summary>Rows in their order of arrival.</summary>
    public async Task<ItemPage> FindAsync(Caller caller, Guid datasetId, ItemQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        var found = Matching(db, datasetId, query);
        var rows = await found.OrderBy(item => item.Ordinal).Skip(Math.Max(0, query.Skip)).Take(Math.Clamp(query.Take, 1, MaxPage)).AsNoTracking().ToListAsync(cancellation);
        return new([.. rows.Select(Shown)], await found.CountAsync(cancellation));
    }

    public async Task<DatasetItem> GetAsync(Caller caller, Guid datasetId, Guid itemId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return Shown(await FindRowAsync(db, caller, datasetId, itemId, cancellation));
    }

    /// <summary>Adds rows that wait for approval; rows that are there word for word are not added again. DatasetException kind_differs, too_many_rows: then none is added.</summary>
    public async Task<AddedItems> AddAsync(Caller caller, Guid datasetId, IReadOnlyList<NewItem> items, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(items);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var set = await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        if (items.FirstOrDefault(item => item.Row.Kind != set.Kind) is { } other)
            throw KindDiffers(set, other.Row.Kind);
        var now = StoredTime.Now(time);
        set.UpdatedAt = now;
        await db.SaveChangesAsync(cancellation); // who else adds waits here, so that places and hashes are read when they are done
        var known = (await db.Items.Where(item => item.DatasetId == datasetId).Select(item => item.Sha256).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        var ordinal = await db.Items.Where(item => item.DatasetId == datasetId).MaxAsync(item => (int?)item.Ordinal, cancellation) ?? 0;
        var (before, added) = (known.Count, 0);
        foreach (var item in items)
        {
            var (content, sha256) = ItemJson.Of(item.Row);
            if (!known.Add(sha256))
                continue;
            if (before + ++added > MaxRows)
                throw new DatasetException("too_many_rows", $"The dataset would have more than {MaxRows:N0} rows. Make another one.");
            var id = Guid.CreateVersion7(now);
            db.Add(new ItemRow
            {
                Id = id, DatasetId = datasetId, Ordinal = ++ordinal, Content = content, Words = WordsOf(item.Row), Sha256 = sha256, Concerns = ItemRow.Bits(QualityRules.Of(item.Row)), Tokens = TokensOf(item.Row),
                Source = item.Source.Length > MaxSourceLength ? item.Source[..MaxSourceLength] : item.Source, Origin = item.Origin ?? $"row:{id:N}", Span = item.Span is null ? null : ItemJson.Write(item.Span), UpdatedAt = now,
            });
        }
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new(added, items.Count - added);
    }

    /// <summary>Puts another text in a row's place and looks it over again. DatasetException kind_differs, repeated.</summary>
    public async Task<DatasetItem> ChangeAsync(Caller caller, Guid datasetId, Guid itemId, TrainingRow row, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(row);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var item = await FindRowAsync(db, caller, datasetId, itemId, cancellation);
        var set = await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        if (row.Kind != set.Kind)
            throw KindDiffers(set, row.Kind);
        var checkedRow = RowReader.Read(RowWriter.Write(row)); // the rules of what may be learned from are the reader's
        var (content, sha256) = ItemJson.Of(checkedRow);
        if (await db.Items.AnyAsync(other => other.DatasetId == datasetId && other.Sha256 == sha256 && other.Id != itemId, cancellation))
            throw new DatasetException("repeated", "Another row of the dataset says the same, word for word. Delete this one instead.");
        Put(item, checkedRow, content, sha256);
        set.UpdatedAt = item.UpdatedAt;
        await db.SaveChangesAsync(cancellation);
        return Shown(item);
    }

    /// <summary>Approves or rejects rows, or takes that back. Gives how many were changed.</summary>
    public Task<int> JudgeAsync(Caller caller, Guid datasetId, IReadOnlyCollection<Guid> itemIds, RowStatus status, CancellationToken cancellation) =>
        JudgeAsync(caller, datasetId, items => items.Where(item => itemIds.Contains(item.Id)), status, cancellation);

    /// <summary>As the other, for all rows that a query finds.</summary>
    public Task<int> JudgeAsync(Caller caller, Guid datasetId, ItemQuery query, RowStatus status, CancellationToken cancellation) =>
        JudgeAsync(caller, datasetId, items => Narrowed(items, query), status, cancellation);

    /// <summary>Deletes rows. Frozen versions keep them.</summary>
    public async Task<int> DeleteAsync(Caller caller, Guid datasetId, IReadOnlyCollection<Guid> itemIds, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var set = await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        var deleted = await db.Items.Where(item => item.DatasetId == datasetId && itemIds.Contains(item.Id)).ExecuteDeleteAsync(cancellation);
        set.UpdatedAt = StoredTime.Now(time);
        await db.SaveChangesAsync(cancellation);
        return deleted;
    }

    /// <summary>Replaces personal data and secrets in the rows that have some by their kind in brackets, in what is said of their sources too. A row that then says the same as another, word for word, is deleted; one that nothing can be learned from any more is rejected.</summary>
    public async Task<MaskedItems> MaskAsync(Caller caller, Guid datasetId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var set = await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        set.UpdatedAt = StoredTime.Now(time);
        await db.SaveChangesAsync(cancellation); // who adds rows waits here, so that hashes are read when they are done
        var bit = ItemRow.Bit(QualityConcern.SensitiveData);
        var found = await db.Items.Where(item => item.DatasetId == datasetId && (item.Concerns & bit) != 0).OrderByDescending(item => item.Status == RowStatus.Approved).ThenBy(item => item.Ordinal).Select(item => item.Id).ToListAsync(cancellation);
        var known = (await db.Items.Where(item => item.DatasetId == datasetId && (item.Concerns & bit) == 0).Select(item => item.Sha256).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        var (removed, rejected) = (0, 0);
        foreach (var ids in found.Chunk(MaxPage))
        {
            var rows = await db.Items.Where(item => ids.Contains(item.Id)).ToDictionaryAsync(item => item.Id, cancellation);
            foreach (var item in ids.Select(id => rows[id]))
            {
                var masked = ItemJson.Read<TrainingRow>(item.Content).Map(SensitiveText.Mask);
                var (content, sha256) = ItemJson.Of(masked);
                if (!known.Add(sha256))
                {
                    db.Remove(item);
                    removed++;
                    continue;
                }
                Put(item, masked, content, sha256);
                if (!CanBeLearned(masked))
                {
                    (item.Status, rejected) = (RowStatus.Rejected, rejected + 1);
                }
                item.Source = SensitiveText.Mask(item.Source);
                if (item.Span is { } span) item.Span = ItemJson.Write(ItemJson.Read<RowOrigin>(span).Map(SensitiveText.Mask));
            }
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
        }
        await transaction.CommitAsync(cancellation);
        return new(found.Count - removed, removed, rejected);
    }

    // Two answers of a preference may have differed by a number alone; a job would refuse the whole version for such a row.
    private static bool CanBeLearned(TrainingRow row)
    {
        try
        {
            RowReader.Read(RowWriter.Write(row));
            return true;
        }
        catch (RowException)
        {
            return false;
        }
    }

    /// <summary>Marks rows that nearly repeat an earlier one, and takes the mark from those that no longer do. Gives how many are marked.</summary>
    public async Task<int> FindNearDuplicatesAsync(Caller caller, Guid datasetId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        var rows = await db.Items.Where(item => item.DatasetId == datasetId && item.Status != RowStatus.Rejected).OrderBy(item => item.Ordinal).ToListAsync(cancellation);
        var first = await Task.Run(() => NearDuplicates.FirstLike([.. rows.Select(item => ItemJson.Read<TrainingRow>(item.Content).Exchange)], cancellation), cancellation);
        var (bit, marked) = (ItemRow.Bit(QualityConcern.NearDuplicate), 0);
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i].Concerns = first[i] != i ? rows[i].Concerns | bit : rows[i].Concerns & ~bit;
            marked += first[i] != i ? 1 : 0;
        }
        await db.SaveChangesAsync(cancellation);
        return marked;
    }

    /// <summary>Lengths of the rows that are not rejected.</summary>
    public async Task<LengthHistogram> LengthsAsync(Caller caller, Guid datasetId, int limit, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        return LengthHistogram.Of(await db.Items.Where(item => item.DatasetId == datasetId && item.Status != RowStatus.Rejected).Select(item => item.Tokens).ToListAsync(cancellation), limit);
    }

    /// <summary>Rows that <see cref="LengthsAsync(Caller, Guid, int, Func{IReadOnlyList{string}, CancellationToken, Task{IReadOnlyList{int}}}, CancellationToken)"/> counts at most.</summary>
    public const int MostCounted = 5_000;

    private const int MostShown = 120; // characters of a row by which it is known again

    /// <summary>The same as a model counts what rows say, without its template; of many rows evenly spread ones, by which the others are estimated.</summary>
    /// <param name="count">Tokens of each text, in order.</param>
    public async Task<LengthHistogram> LengthsAsync(Caller caller, Guid datasetId, int limit, Func<IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<int>>> count, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(count);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        var rows = db.Items.Where(item => item.DatasetId == datasetId && item.Status != RowStatus.Rejected);
        var all = await rows.OrderBy(item => item.Ordinal).Select(item => item.Ordinal).ToListAsync(cancellation); // those of rows that were deleted are missing among them
        var counted = Math.Min(all.Count, MostCounted);
        List<(Guid Id, int Ordinal, string Text)> read = [];
        foreach (var places in Enumerable.Range(0, counted).Select(at => all[(int)((long)at * all.Count / counted)]).Chunk(MaxPage))
            read.AddRange((await rows.Where(item => places.Contains(item.Ordinal)).Select(item => new { item.Id, item.Ordinal, item.Content }).ToListAsync(cancellation)).Select(row => (row.Id, row.Ordinal, string.Join('\n', ItemJson.Read<TrainingRow>(row.Content).Texts))));
        var tokens = await count([.. read.Select(row => row.Text)], cancellation);
        var longer = read.Zip(tokens).Where(row => row.Second > limit).OrderByDescending(row => row.Second).ThenBy(row => row.First.Ordinal)
            .Select(row => new LongRow(row.First.Id, row.First.Ordinal, row.Second, row.First.Text.Length > MostShown ? row.First.Text[..MostShown] : row.First.Text));
        return LengthHistogram.Of([.. tokens], limit).For(all.Count) with { Longer = [.. longer] };
    }

    /// <summary>Writes the rows as they are now, but those that were rejected, as JSON lines in OpenAI's format.</summary>
    public async Task ExportAsync(Caller caller, Guid datasetId, Stream output, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        await using StreamWriter writer = new(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        await foreach (var content in db.Items.Where(item => item.DatasetId == datasetId && item.Status != RowStatus.Rejected).OrderBy(item => item.Ordinal).Select(item => item.Content).AsAsyncEnumerable().WithCancellation(cancellation))
            await writer.WriteLineAsync(RowWriter.Write(ItemJson.Read<TrainingRow>(content)).AsMemory(), cancellation);
    }

    /// <summary>How many rows have each concern, those without any left out.</summary>
    public async Task<IReadOnlyDictionary<QualityConcern, int>> ConcernsAsync(Caller caller, Guid datasetId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        var bits = await db.Items.Where(item => item.DatasetId == datasetId && item.Concerns != 0).GroupBy(item => item.Concerns).Select(g => new { g.Key, Rows = g.Count() }).ToListAsync(cancellation);
        return bits.SelectMany(part => ItemRow.Of(part.Key).Select(concern => (concern, part.Rows))).GroupBy(part => part.concern).ToDictionary(g => g.Key, g => g.Sum(part => part.Rows));
    }

    /// <summary>The row as pages and requests see it.</summary>
    internal static DatasetItem Shown(ItemRow item) => new(
        item.Id, item.Ordinal, ItemJson.Read<TrainingRow>(item.Content), item.Status, ItemRow.Of(item.Concerns), item.Tokens, item.Source, item.Span is null ? null : ItemJson.Read<RowOrigin>(item.Span), item.UpdatedAt);

    private static string WordsOf(TrainingRow row) => string.Join('\n', row.Texts).ToLowerInvariant();

    private static int TokensOf(TrainingRow row) => row.Texts.Sum(TokenEstimate.Of);

    private static DatasetException KindDiffers(SetRow set, RowKind kind) =>
        new("kind_differs", $"The dataset '{set.Name}' holds rows of the kind {set.Kind}; a row of the kind {kind} does not belong in it. Make a dataset for those.");

    private static async Task<ItemRow> FindRowAsync(DatasetsContext db, Caller caller, Guid datasetId, Guid itemId, CancellationToken cancellation)
    {
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        return await db.Items.SingleOrDefaultAsync(item => item.DatasetId == datasetId && item.Id == itemId, cancellation) ?? throw new NotFoundException($"Row {itemId}");
    }

    private static IQueryable<ItemRow> Matching(DatasetsContext db, Guid datasetId, ItemQuery query) => Narrowed(db.Items.Where(item => item.DatasetId == datasetId), query);

    private static IQueryable<ItemRow> Narrowed(IQueryable<ItemRow> items, ItemQuery query)
    {
        if (query.Status is { } status) items = items.Where(item => item.Status == status);
        if (query.Concern is { } concern)
        {
            var bit = ItemRow.Bit(concern);
            items = items.Where(item => (item.Concerns & bit) != 0);
        }
        if (query.Text.Trim().ToLowerInvariant() is { Length: > 0 } words) items = items.Where(item => item.Words.Contains(words));
        return items;
    }

    private async Task<int> JudgeAsync(Caller caller, Guid datasetId, Func<IQueryable<ItemRow>, IQueryable<ItemRow>> which, RowStatus status, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var set = await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        var now = StoredTime.Now(time);
        var changed = await which(db.Items.Where(item => item.DatasetId == datasetId && item.Status != status))
            .ExecuteUpdateAsync(update => update.SetProperty(item => item.Status, status).SetProperty(item => item.UpdatedAt, now), cancellation);
        set.UpdatedAt = now;
        await db.SaveChangesAsync(cancellation);
        return changed;
    }

    private void Put(ItemRow item, TrainingRow row, string content, string sha256)
    {
        var kept = item.Concerns & ItemRow.Bit(QualityConcern.NearDuplicate);
        (item.Content, item.Words, item.Sha256, item.Concerns, item.Tokens, item.UpdatedAt) = (content, WordsOf(row), sha256, ItemRow.Bits(QualityRules.Of(row)) | kept, TokensOf(row), StoredTime.Now(time));
    }
}
