using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Engines;

namespace Platform.Web.Features.Models;

/// <summary>What the page shows, read at one moment. A part is null where the service does not offer it: it may be another engine than ours.</summary>
public sealed record ModelsSnapshot(
    IReadOnlyList<AdminModel> Models, MemoryState? Memory, IReadOnlyList<ModelDownload>? Downloads, IReadOnlyList<ModelJob>? Jobs, IReadOnlyList<LiveSlot>? Slots, IReadOnlyList<LiveModel>? Queues, IReadOnlyList<AdminAdapter>? Adapters,
    IReadOnlyList<EngineReport> Engines)
{
    /// <summary>Throws ModelHostException when the service cannot be asked, UnauthorizedAccessException for anybody but administrators.</summary>
    public static async Task<ModelsSnapshot> ReadAsync(ModelAdministration administration, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(administration);
        var (models, jobs, live) = (await administration.ModelsAsync(), await administration.JobsAsync(), await administration.LiveAsync());
        return new ModelsSnapshot(
            await models.ListAsync(cancellation),
            await OfferedAsync(models.MemoryAsync(cancellation)),
            await OfferedAsync(models.DownloadsAsync(cancellation)),
            await OfferedAsync(jobs.ListAsync(cancellation)),
            await OfferedAsync(live.SlotsAsync(cancellation)),
            await OfferedAsync(live.ModelsAsync(cancellation)),
            await OfferedAsync((await administration.AdaptersAsync()).ListAsync(cancellation)),
            (await administration.EnginesAsync()).List());
    }

    /// <summary>The memory bar's pieces, without those of one model where it is about to be loaded anew.</summary>
    public IReadOnlyList<MemoryPiece> Pieces(string? but = null) => MemoryPiece.Of(
        (Memory?.Uses ?? []).Where(use => use.Owner != but),
        [.. Models.Select(model => model.Id)],
        [.. Models.Where(model => model is { CanEmbed: true, CanChat: false }).Select(model => model.Id)]);

    /// <summary>Whom unloading would free memory of, but for one model: it would be loaded anew.</summary>
    public IReadOnlyList<MemoryHolder> HoldersBut(string model) =>
        [.. (Memory?.Uses ?? []).Where(use => use.Owner != model && Models.Any(known => known.Id == use.Owner))
            .GroupBy(use => use.Owner).Select(owner => new MemoryHolder(owner.Key, owner.Sum(use => use.Bytes), Models.First(known => known.Id == owner.Key).IsPinned))];

    private static async Task<T?> OfferedAsync<T>(Task<T> read)
        where T : class
    {
        try
        {
            return await read;
        }
        catch (ModelHostException refused) when (refused.StatusCode is 404 or 405 or 501)
        {
            return null;
        }
    }
}
