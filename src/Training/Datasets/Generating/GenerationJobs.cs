using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Storage;
using Platform.Training.Datasets.Storage;

namespace Platform.Training.Datasets.Generating;

/// <summary>Rows being made from documents in the background: they go on when the page is closed, and after the program was killed.</summary>
public sealed class GenerationJobs : IDisposable
{
    /// <summary>A job whose process has not said for so long that it works on it is taken up by another.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(60);

    private const int Shown = 20;

    private readonly IDbContextFactory<DatasetsContext> contexts;
    private readonly LeaseOwner owner;
    private readonly string lease;
    private readonly TimeProvider time;
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> running = new();

    internal GenerationJobs(IDbContextFactory<DatasetsContext> contexts, LeaseOwner owner, TimeProvider time) => (this.contexts, this.owner, lease, this.time) = (contexts, owner, owner.NewLease(), time);

    /// <summary>Queues a job. Its rows wait for approval in the dataset.</summary>
    public async Task<Generation> StartAsync(Caller caller, Guid datasetId, GenerationWish wish, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wish);
        wish.Check();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var set = await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        if (set.Kind != Rows.RowKind.Dialogue)
            throw new DatasetException("kind_differs", $"The dataset '{set.Name}' holds rows of the kind {set.Kind}; questions and answers are made for datasets of dialogues.");
        if (wish.BestOf is { SourceId: var source } && (await DatasetLibrary.FindAsync(db, caller, source, cancellation)).Kind != Rows.RowKind.Dialogue)
            throw new DatasetException("kind_differs", "Only dialogues ask questions that are answered anew. Choose a dataset of dialogues.");
        var now = StoredTime.Now(time);
        GenerationRow row = new() { Id = Guid.CreateVersion7(now), DatasetId = datasetId, OwnerId = caller.UserId, Wish = ItemJson.Write(wish), CreatedAt = now };
        db.Add(row);
        await db.SaveChangesAsync(cancellation);
        wake.Writer.TryWrite(true);
        return Of(row);
    }

    /// <summary>Of a dataset, newest first.</summary>
    public async Task<IReadOnlyList<Generation>> ListAsync(Caller caller, Guid datasetId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        return [.. (await db.Generations.AsNoTracking().Where(g => g.DatasetId == datasetId).OrderByDescending(g => g.CreatedAt).Take(Shown).ToListAsync(cancellation)).Select(Of)];
    }

    /// <summary>Ends a job; the rows that it made stay.</summary>
    public async Task CancelAsync(Caller caller, Guid datasetId, Guid jobId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        if (!await db.Generations.AnyAsync(g => g.Id == jobId && g.DatasetId == datasetId, cancellation))
            throw new NotFoundException($"Generation {jobId}");
        await EndAsync(jobId, GenerationState.Cancelled, null, cancellation);
        if (running.TryGetValue(jobId, out var stop)) await stop.CancelAsync();
    }

    /// <summary>Lets a job that failed go on where it stood; one that did not stays as it is.</summary>
    public async Task GoOnAsync(Caller caller, Guid datasetId, Guid jobId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DatasetLibrary.FindAsync(db, caller, datasetId, cancellation);
        var own = db.Generations.Where(g => g.Id == jobId && g.DatasetId == datasetId);
        if (!await own.AnyAsync(cancellation))
            throw new NotFoundException($"Generation {jobId}");
        await own.Where(g => g.State == GenerationState.Failed).ExecuteUpdateAsync(u => u
            .SetProperty(g => g.State, GenerationState.Queued).SetProperty(g => g.OwnerId, caller.UserId).SetProperty(g => g.Error, (string?)null).SetProperty(g => g.EndedAt, (DateTimeOffset?)null).SetProperty(g => g.Lease, (string?)null), cancellation);
        wake.Writer.TryWrite(true);
    }

    /// <summary>Waits until a job may be looked for: one was queued, or another process may have left one.</summary>
    internal async Task WokenAsync(CancellationToken cancellation)
    {
        using var timer = time.CreateTimer(_ => wake.Writer.TryWrite(true), null, LeaseTime / 3, Timeout.InfiniteTimeSpan);
        await wake.Reader.ReadAsync(cancellation);
    }

    /// <summary>The oldest job that is not done and that no living process works on, taken for this one; null where there is none.</summary>
    internal async Task<(Generation Job, GenerationPlace Place, string OwnerId, CancellationToken Stop)?> NextAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = StoredTime.Now(time);
        var free = db.Generations.Where(g => (g.State == GenerationState.Queued || g.State == GenerationState.Running)
            && (g.Lease == null || g.LeaseUntil < now || (g.Lease.StartsWith(owner.Folder) && g.Lease != lease)));
        foreach (var id in await free.OrderBy(g => g.CreatedAt).Select(g => g.Id).Take(10).ToListAsync(cancellation))
        {
            // Of several processes that find it, and of one and who cancels it, one has it.
            if (await free.Where(g => g.Id == id).ExecuteUpdateAsync(u => u.SetProperty(g => g.State, GenerationState.Running).SetProperty(g => g.Lease, lease).SetProperty(g => g.LeaseUntil, now + LeaseTime), cancellation) == 0)
                continue;
            var row = await db.Generations.AsNoTracking().SingleAsync(g => g.Id == id, cancellation);
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            running[row.Id] = stop;
            return (Of(row), new GenerationPlace { Before = row.Place is null ? null : ItemJson.Read<GenerationStand>(row.Place) }, row.OwnerId, stop.Token);
        }
        return null;
    }

    /// <summary>Says that this process still works on a job; ends its work on it, and gives false, where it was cancelled or is another's by now.</summary>
    internal Task<bool> KeepAsync(Guid jobId, CancellationToken cancellation) => MineAsync(jobId, own => own.ExecuteUpdateAsync(u => u.SetProperty(g => g.LeaseUntil, Until), cancellation), cancellation);

    /// <summary>The same, with how far the job is.</summary>
    /// <param name="stand">Where the next process goes on; null before the beginning, and for what is not made from documents.</param>
    internal Task<bool> ProgressAsync(Guid jobId, int done, int made, IReadOnlyDictionary<string, int> missing, GenerationStand? stand, CancellationToken cancellation)
    {
        var (stored, place) = (ItemJson.Write(missing), stand is null ? null : ItemJson.Write(stand));
        return MineAsync(jobId, own => own.ExecuteUpdateAsync(u => u.SetProperty(g => g.Done, done).SetProperty(g => g.Made, made).SetProperty(g => g.Missing, stored).SetProperty(g => g.Place, place).SetProperty(g => g.LeaseUntil, Until), cancellation), cancellation);
    }

    /// <summary>Says what a job that goes on waits for; null for nothing.</summary>
    internal Task<bool> WaitsAsync(Guid jobId, GenerationFault? reason, CancellationToken cancellation)
    {
        var stored = Stored(reason);
        return MineAsync(jobId, own => own.ExecuteUpdateAsync(u => u.SetProperty(g => g.Error, stored), cancellation), cancellation);
    }

    private async Task<bool> MineAsync(Guid jobId, Func<IQueryable<GenerationRow>, Task<int>> change, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await change(db.Generations.Where(g => g.Id == jobId && g.State == GenerationState.Running && g.Lease == lease)) == 1)
            return true;
        if (running.TryGetValue(jobId, out var stop)) await stop.CancelAsync();
        return false;
    }

    /// <summary>Ends a job that has not ended, whoever works on it.</summary>
    internal async Task EndAsync(Guid jobId, GenerationState state, GenerationFault? error, CancellationToken cancellation)
    {
        var stored = Stored(error);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        DateTimeOffset? now = StoredTime.Now(time);
        await db.Generations.Where(g => g.Id == jobId && (g.State == GenerationState.Queued || g.State == GenerationState.Running))
            .ExecuteUpdateAsync(u => u.SetProperty(g => g.State, state).SetProperty(g => g.Error, stored).SetProperty(g => g.EndedAt, now), cancellation);
    }

    private DateTimeOffset Until => StoredTime.Now(time) + LeaseTime;

    internal void Release(Guid jobId)
    {
        if (running.TryRemove(jobId, out var stop)) stop.Dispose();
    }

    public void Dispose()
    {
        foreach (var stop in running.Values) stop.Dispose();
    }

    private static string? Stored(GenerationFault? fault) => fault is null ? null : ItemJson.Write(fault);

    private static Generation Of(GenerationRow row) =>
        new(row.Id, row.DatasetId, ItemJson.Read<GenerationWish>(row.Wish), row.State, row.Done, row.Made, ItemJson.Read<Dictionary<string, int>>(row.Missing), GenerationFault.Read(row.Error), row.CreatedAt, row.EndedAt);
}
