using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Files;
using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Work;

/// <summary>An adapter as PEFT saves it that is to become a version here.</summary>
/// <param name="Owner">Who the memory is promised to.</param>
/// <param name="ModelId">The base that it was trained on.</param>
/// <param name="Source">A folder inside the registry of adapters with adapter_config.json and adapter_model.safetensors. Untrusted.</param>
/// <param name="Name">The adapter that it becomes a version of.</param>
public sealed record ConvertRequest(string Owner, string ModelId, string Source, string Name);

/// <summary>Turns adapters that PEFT saved into versions of the registry, by the program that converts them.</summary>
public sealed class ConvertAdapter
{
    private const long WorkBytes = 128L << 20;
    private const int BytesWritten = 2; // 16 bits become floats at most
    private const int BytesPerByte = 6; // 16 bits as read, floats, floats in another order, as written

    private readonly ModelCatalog catalog;
    private readonly WorkRoom room;
    private readonly AdapterRegistry registry;
    private readonly AdapterLibrary library;

    internal ConvertAdapter(ModelCatalog catalog, WorkRoom room, AdapterRegistry registry, AdapterLibrary library) => (this.catalog, this.room, this.registry, this.library) = (catalog, room, registry, library);

    /// <summary>Refuses what cannot be done, before it waits for its turn.</summary>
    /// <exception cref="EngineException">ModelNotFound, BadRequest, InvalidModelFile, NoSpace; OutOfMemory: it could never fit.</exception>
    public void Check(ConvertRequest request) => Plan(request);

    /// <param name="request">What to convert.</param>
    /// <param name="trainer">The program that converts.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>The new version, a draft: nobody has measured it here.</returns>
    /// <exception cref="EngineException">As <see cref="Check"/>, and WorkFailed, NoSpace; OutOfMemory with MayFitLater where it has to wait.</exception>
    public async Task<AdapterInfo> RunAsync(ConvertRequest request, ChildProgram trainer, CancellationToken cancellation)
    {
        var (id, model, folder, uses) = Plan(request);
        var work = Directory.CreateTempSubdirectory("platform-convert-");
        try
        {
            var made = Path.Combine(work.FullName, "adapter.gguf");
            await room.RunAsync(What(request), trainer, ["convert", folder, model, made], uses, cancellation);
            await using var file = File.OpenRead(made);
            return await library.AddAsync(new AdapterUpload(request.Name) { BaseModel = id, State = AdapterState.Draft }, file, cancellation);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static string What(ConvertRequest request) => $"Converting '{request.Name}'";

    private (string Id, string Model, string Folder, IReadOnlyList<MemoryUse> Uses) Plan(ConvertRequest request)
    {
        if (!AdapterRegistry.IsName(request.Name)) { throw AdapterRegistry.NoName(request.Name); }
        if (catalog.TraitsOf(request.ModelId).IsEmbedding) { throw new EngineException(EngineErrorKind.BadRequest, $"The model '{request.ModelId}' makes vectors; adapters are for models that write.") { Parameter = "model" }; }
        var (id, model) = catalog.FileOf(request.ModelId);
        var (folder, bytes) = registry.PeftInside(request.Source);
        DiskSpace.Check(Path.GetTempPath(), BytesWritten * bytes, "where temporary files lie");
        MemoryUse[] uses = [new(request.Owner, "convert", WorkBytes + BytesPerByte * bytes)];
        room.CheckSize(What(request), uses);
        return (id, model, folder, uses);
    }
}
