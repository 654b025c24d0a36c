using System.Globalization;
using System.Text.RegularExpressions;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Work;

/// <summary>Writes a model again in a smaller number format, beside the others in the models' folder. The file gets its name when it is whole, checked and tried.</summary>
public sealed partial class QuantizeModel
{
    private const string Unfinished = ".jobs", Ending = ".gguf", Card = ".md";
    private const long SpareBytes = 64L << 20, WorkBytes = 128L << 20;
    private const int BytesPerElement = 12; // as read, as floats, as written

    private readonly ModelCatalog catalog;
    private readonly ModelTryOut tryOut;
    private readonly WorkRoom room;
    private readonly EngineOptions options;

    internal QuantizeModel(ModelCatalog catalog, ModelTryOut tryOut, WorkRoom room, EngineOptions options) => (this.catalog, this.tryOut, this.room, this.options) = (catalog, tryOut, room, options);

    /// <summary>Refuses what cannot be done, before it waits for its turn.</summary>
    /// <returns>The new model's id.</returns>
    /// <exception cref="EngineException">ModelNotFound, BadRequest, AlreadyExists, NoSpace, InvalidModelFile.</exception>
    public string Check(QuantizeRequest request) => Plan(request).Name;

    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <exception cref="EngineException">As <see cref="Check"/>, and OutOfMemory, WorkFailed.</exception>
    public async Task<QuantizeResult> RunAsync(QuantizeRequest request, Action<double> progress, CancellationToken cancellation)
    {
        var plan = Plan(request);
        var folder = Directory.CreateDirectory(Path.Combine(options.ModelDirectory!, Unfinished)).FullName;
        foreach (var left in Directory.EnumerateFiles(folder)) { File.Delete(left); } // of a process that was killed; there is one job at a time
        var part = Path.Combine(folder, plan.Name + Ending);
        try
        {
            var order = new QuantizeOrder(plan.Source, part, plan.Format.Number) { NativeDirectory = room.NativeDirectory, Threads = room.Threads(plan.Header.FileBytes) };
            await room.RunAsync($"Writing '{request.ModelId}' as {plan.Format.Name}", order, plan.Uses, progress, cancellation);
            var sha256 = await tryOut.TryAsync(part, cancellation);
            var bytes = new FileInfo(part).Length;
            var target = Path.Combine(options.ModelDirectory!, plan.Name);
            if (Path.ChangeExtension(plan.Source, Card) is var card && File.Exists(card)) { File.Copy(card, target + Card, overwrite: true); } // what the model may do does not change
            File.Move(part, target + Ending);
            return new QuantizeResult(plan.Name, plan.Header.FileBytes, bytes, sha256, plan.Requantizes);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private QuantizePlan Plan(QuantizeRequest request)
    {
        var (id, source) = catalog.FileOf(request.ModelId);
        var format = WeightFormat.Find(request.To);
        if (options.ModelDirectory is not { } directory) { throw new EngineException(EngineErrorKind.BadRequest, "There is no folder for the new model. Set Engine:ModelDirectory.") { Parameter = "model" }; }
        var name = request.Name?.ToLowerInvariant() ?? $"{id}-{format.Name}";
        if (!NameForm().IsMatch(name)) { throw new EngineException(EngineErrorKind.BadRequest, $"'{name}' is no name for a model; it must have 1 to 96 of a-z, 0-9, '-', '_' and '.', and begin with a letter or digit.") { Parameter = "name" }; }
        if (catalog.Has(name) || File.Exists(Path.Combine(directory, name + Ending))) { throw new EngineException(EngineErrorKind.AlreadyExists, $"There is a model '{name}' already. Give another name, or delete it first.") { Parameter = "name" }; }
        var header = Read(id, source);
        var plan = new QuantizePlan(source, name, format, header, format.Requantizes(header), [new MemoryUse(request.Owner, "quantize", WorkBytes + BytesPerElement * header.Tensors.Max(t => t.Shape.Aggregate(1L, (product, length) => product * length)))]);
        CheckSpace(plan, directory);
        return plan;
    }

    private static GgufHeader Read(string id, string path)
    {
        try
        {
            return ModelHeader.Read(path);
        }
        catch (Exception fault) when (ModelHeader.IsFault(fault))
        {
            throw ModelHeader.Refusal(id, fault);
        }
    }

    private static void CheckSpace(QuantizePlan plan, string directory)
    {
        Directory.CreateDirectory(directory);
        var (needed, free) = (plan.Format.BytesOf(plan.Header) + SpareBytes, new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace);
        if (needed > free) { throw new EngineException(EngineErrorKind.NoSpace, string.Create(CultureInfo.InvariantCulture, $"The new file needs about {needed >> 20} MiB, and {free >> 20} MiB are free where the models lie. Make room, or choose a smaller format.")); }
    }

    private sealed record QuantizePlan(string Source, string Name, WeightFormat Format, GgufHeader Header, bool Requantizes, IReadOnlyList<MemoryUse> Uses);

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,95}$")]
    private static partial Regex NameForm();
}
