using System.Globalization;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Native.Tensors;

namespace Platform.ModelHost.Engine.Work;

/// <summary>An adapter that is to become part of its base.</summary>
/// <param name="Owner">Who the memory is promised to.</param>
/// <param name="ModelId">The base, or `base:adapter` without <paramref name="Adapter"/>.</param>
/// <param name="Adapter">name or name@version.</param>
/// <param name="Name">Id of the new model; null takes the base's with the adapter's behind it.</param>
public sealed record MergeRequest(string Owner, string ModelId, string? Adapter, string? Name);

/// <param name="ModelId">The new model, which lies in the models' folder.</param>
/// <param name="Sha256">Of its file.</param>
/// <param name="BaseId">What it was made of, without the adapter.</param>
/// <param name="Adapter">name@version, or the name of a file without versions.</param>
/// <param name="IsRounded">Weights are quantised in blocks: what merging changed was rounded anew.</param>
public sealed record MergeResult(string ModelId, long BytesBefore, long BytesAfter, string Sha256, string BaseId, string Adapter, bool IsRounded);

/// <summary>Makes a model of its own of a base and an adapter, by the program that merges.</summary>
public sealed class MergeModel
{
    private readonly ModelCatalog catalog;
    private readonly ModelTryOut tryOut;
    private readonly WorkRoom room;
    private readonly EngineOptions options;
    private readonly AdapterRegistry adapters;

    internal MergeModel(ModelCatalog catalog, ModelTryOut tryOut, WorkRoom room, EngineOptions options)
    {
        (this.catalog, this.tryOut, this.room, this.options) = (catalog, tryOut, room, options);
        adapters = new AdapterRegistry(options.AdapterDirectory);
    }

    /// <summary>Refuses what cannot be done, before it waits for its turn.</summary>
    /// <exception cref="EngineException">ModelNotFound, BadRequest, AlreadyExists, NoSpace, InvalidModelFile; OutOfMemory: it could never fit.</exception>
    public void Check(MergeRequest request)
    {
        var (target, adapter) = Plan(request);
        if (catalog.KnownHash(target.Id) is { } sha256) { CheckBase(adapter, target, sha256); } // else when it runs: a large file is read through for it
    }

    /// <param name="request">What to merge.</param>
    /// <param name="trainer">The program that merges.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="EngineException">As <see cref="Check"/>, and WorkFailed; OutOfMemory with MayFitLater where it has to wait.</exception>
    public async Task<MergeResult> RunAsync(MergeRequest request, ChildProgram trainer, CancellationToken cancellation)
    {
        var (target, adapter) = Plan(request);
        await Task.Run(() => CheckBase(adapter, target, catalog.HashOf(target.Id, cancellation)), cancellation);
        var made = await target.MakeAsync(part => room.RunAsync(What(adapter), trainer, ["merge", target.Source, adapter.Path, part], target.Uses(request.Owner, "merge"), cancellation), tryOut, cancellation);
        return new MergeResult(target.Name, made.Before, made.After, made.Sha256, target.Id, adapter.Id, target.Header.Tensors.Any(tensor => (TensorType)tensor.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16)));
    }

    private (NewModelFile Target, AdapterFile Adapter) Plan(MergeRequest request)
    {
        var named = request.Adapter ?? ModelCatalog.AdapterOf(request.ModelId)
            ?? throw new EngineException(EngineErrorKind.BadRequest, "Name an adapter in 'adapter', or in the model's id as base:adapter.") { Parameter = "adapter" };
        var adapter = adapters.Find(named);
        if (catalog.TraitsOf(request.ModelId).IsEmbedding) { throw new EngineException(EngineErrorKind.BadRequest, $"The model '{request.ModelId}' makes vectors; adapters are for models that write.") { Parameter = "model" }; }
        var ending = adapter.Version > 0 ? string.Create(CultureInfo.InvariantCulture, $"{adapter.Name}-{adapter.Version}") : adapter.Name;
        var target = NewModelFile.Plan(catalog, options, request.ModelId, request.Name, ending);
        target.CheckSpace(target.Header.FileBytes, "");
        room.CheckSize(What(adapter), target.Uses(request.Owner, "merge"));
        return (target, adapter);
    }

    private void CheckBase(AdapterFile adapter, NewModelFile target, string sha256)
    {
        adapters.CheckBase(adapter, target.Id, sha256);
        AdapterShelf.Check(adapter.Path, adapter.Name, target.Header, sha256);
    }

    private static string What(AdapterFile adapter) => $"Merging '{adapter.Id}'";
}
