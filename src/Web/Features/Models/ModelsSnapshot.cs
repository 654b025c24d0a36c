using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
using Platform.ModelHost.Client.Engines;

namespace Platform.Web.Features.Models;

/// <summary>What the page shows, read at one moment. A part is null where the service does not offer it: it may be another engine than ours.</summary>
/// <param name="Models">Those that are administered here.</param>
/// <param name="Engines">Every engine, the one that is administered here first.</param>
/// <param name="Answering">Id of the model that answers questions, which may be another engine's; null where that is not known.</param>
public sealed record ModelsSnapshot(
    IReadOnlyList<AdminModel> Models, MemoryState? Memory, IReadOnlyList<ModelDownload>? Downloads, IReadOnlyList<ModelJob>? Jobs, IReadOnlyList<LiveSlot>? Slots, IReadOnlyList<LiveModel>? Queues, IReadOnlyList<AdminAdapter>? Adapters,
    IReadOnlyList<EngineReport> Engines, string? Answering)
{
    /// <summary>Every model that can be asked: those that are administered here, then those of the other engines. The one that answers comes first.</summary>
    public IReadOnlyList<ListedModel> Listed =>
        [.. Models.Select(model => ListedModel.Of(model, Engines, Answering)).Concat(Engines.Skip(Memory is null ? 0 : 1).SelectMany(engine => ListedModel.Of(engine, Answering))).OrderByDescending(listed => listed.Model.IsDefault)];

    /// <summary>Throws ModelHostException when the service cannot be asked, UnauthorizedAccessException for anybody but administrators.</summary>
    public static async Task<ModelsSnapshot> ReadAsync(ModelAdministration administration, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(administration);
        var engines = (await administration.EnginesAsync()).List();
        if (engines is [{ IsForeign: true }, ..])
        {
            return await OfOthersAsync(administration, engines, cancellation);
        }
        var (models, jobs, live) = (await administration.ModelsAsync(), await administration.JobsAsync(), await administration.LiveAsync());
        var (listed, memory) = (await models.ListAsync(cancellation), await OfferedAsync(models.MemoryAsync(cancellation)));
        return new ModelsSnapshot(
            memory is null ? [] : listed,
            memory,
            await OfferedAsync(models.DownloadsAsync(cancellation)),
            await OfferedAsync(jobs.ListAsync(cancellation)),
            await OfferedAsync(live.SlotsAsync(cancellation)),
            await OfferedAsync(live.ModelsAsync(cancellation)),
            await OfferedAsync((await administration.AdaptersAsync()).ListAsync(cancellation)),
            engines,
            engines.Count > 1 ? await AnsweringAsync(administration, cancellation) : null);
    }

    /// <summary>Where nothing can be administered: what the engines serve, as they were heard last. Asks none of them for more.</summary>
    public static async Task<ModelsSnapshot> OfOthersAsync(ModelAdministration administration, IReadOnlyList<EngineReport> engines, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(administration);
        return new ModelsSnapshot([], null, null, null, null, null, null, engines, await AnsweringAsync(administration, cancellation));
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

    private static async Task<string?> AnsweringAsync(ModelAdministration administration, CancellationToken cancellation)
    {
        try
        {
            return (await (await administration.ServedAsync()).ChatModelAsync(cancellation)).Id;
        }
        catch (ModelHostException)
        {
            return null; // none answers at this moment
        }
    }

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
