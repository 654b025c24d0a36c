using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Work;

/// <summary>Writes a model again in a smaller number format.</summary>
public sealed class QuantizeModel
{
    private readonly ModelCatalog catalog;
    private readonly ModelTryOut tryOut;
    private readonly WorkRoom room;
    private readonly EngineOptions options;

    internal QuantizeModel(ModelCatalog catalog, ModelTryOut tryOut, WorkRoom room, EngineOptions options) => (this.catalog, this.tryOut, this.room, this.options) = (catalog, tryOut, room, options);

    /// <summary>Refuses what cannot be done, before it waits for its turn.</summary>
    /// <returns>The new model's id.</returns>
    /// <exception cref="EngineException">ModelNotFound, BadRequest, AlreadyExists, NoSpace, InvalidModelFile; OutOfMemory: it could never fit.</exception>
    public string Check(QuantizeRequest request) => Plan(request).Target.Name;

    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <exception cref="EngineException">As <see cref="Check"/>, and WorkFailed; OutOfMemory with MayFitLater where it has to wait.</exception>
    public async Task<QuantizeResult> RunAsync(QuantizeRequest request, Action<double> progress, CancellationToken cancellation)
    {
        var (target, format, requantizes) = Plan(request);
        var made = await target.MakeAsync(
            part => room.RunAsync(
                What(request, format),
                new QuantizeOrder(target.Source, part, format.Number) { NativeDirectory = room.NativeDirectory, Threads = room.Threads(target.Header.FileBytes) }, target.Uses(request.Owner, "quantize"), progress, cancellation),
            tryOut, cancellation);
        return new QuantizeResult(target.Name, made.Before, made.After, made.Sha256, requantizes);
    }

    private (NewModelFile Target, WeightFormat Format, bool Requantizes) Plan(QuantizeRequest request)
    {
        var format = WeightFormat.Find(request.To);
        var target = NewModelFile.Plan(catalog, options, request.ModelId, request.Name, format.Name);
        var requantizes = format.Requantizes(target.Header);
        target.CheckSpace(format.BytesOf(target.Header), ", or choose a smaller format");
        room.CheckSize(What(request, format), target.Uses(request.Owner, "quantize"));
        return (target, format, requantizes);
    }

    private static string What(QuantizeRequest request, WeightFormat format) => $"Writing '{request.ModelId}' as {format.Name}";
}
