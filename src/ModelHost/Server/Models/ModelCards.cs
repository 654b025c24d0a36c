using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Models.Downloads;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Models;

/// <summary>The models as the API lists them.</summary>
internal static class ModelCards
{
    /// <summary>Every model, first the one that answers where none is named; and each that is loaded and writes once more for every adapter that may stand on it; then what is being downloaded.</summary>
    public static IEnumerable<ModelCard> All(ModelEngine engine, AdapterGate gate) =>
        engine.KnownModels.SelectMany(model => (model is { State: ModelState.Loaded, Info.IsChat: true } ? engine.Adapters(model.Id) : []).SelectMany(adapter => On(model, adapter, gate)).Prepend(Of(model)))
            .Concat(engine.Downloads.All.Where(download => !download.IsFinished).Select(Of));

    /// <exception cref="EngineException">Kind ModelNotFound.</exception>
    public static ModelCard Find(ModelEngine engine, AdapterGate gate, string id) =>
        All(engine, gate).FirstOrDefault(card => card.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) ?? throw new EngineException(EngineErrorKind.ModelNotFound, $"The model '{id}' does not exist here. GET /v1/models lists the models.") { Parameter = "model" };

    private static ModelCard Of(KnownModel model) =>
        new(model.Id, "model", model.ChangedAt.ToUnixTimeSeconds(), "local", model.Id, null, Meta(model), new ModelStatus(Status(model.State), model.Failure), [.. Capabilities(model.Traits)])
        {
            Sha256 = model.Sha256,
            Size = model.Traits is null ? model.FileBytes : null,
            Pinned = model.IsPinned,
            Default = model.IsDefault,
            NeedsBytes = model.NeedsBytes,
            Deletable = model.IsDeletable,
            Settings = model.Settings is { ContextTokens: null, Rope: null } ? null : new ModelSettings(model.Settings.ContextTokens, model.Settings.Rope is { } rope ? new RopeRequest(rope.Kind.ToString().ToLowerInvariant(), rope.Factor, rope.Base) : null),
            QuantizeTo = model.Traits is { Smaller: { Count: > 0 } smaller } ? [.. smaller.Select(to => new SmallerFormat(to.Format, to.Bytes))] : null,
            Warning = model.Info?.Warning,
        };

    private static ModelCard Of(ModelDownload download) => new(download.ModelId, "model", 0, "local", download.ModelId, null, null, new ModelStatus("downloading"), []) { Sha256 = download.Sha256 };

    /// <summary>A version under its own id; the one that is served also under the adapter's name alone.</summary>
    private static IEnumerable<ModelCard> On(KnownModel model, AdapterInfo adapter, AdapterGate gate)
    {
        var of = Of(model);
        var card = of with
        {
            Id = $"{model.Id}:{ServedAdapters.Id(adapter)}",
            Root = FormattableString.Invariant($"adapters/{adapter.Name}/{adapter.Version}"),
            Parent = model.Id,
            Created = adapter.CreatedAt?.ToUnixTimeSeconds() ?? of.Created,
            Default = false,
            Deletable = false,
            QuantizeTo = null,
            Adapter = new ListedAdapter(adapter.Name, adapter.Version, adapter.Rank, 1, adapter.BaseSha256, ServedAdapters.State(adapter, gate)),
        };
        return adapter is { IsServed: true, Version: > 0 } ? [card with { Id = $"{model.Id}:{adapter.Name}" }, card] : [card];
    }

    private static ModelMeta? Meta(KnownModel model) => model.Traits is not { } traits ? null : new(
        traits.TrainingContextTokens, model.Info?.ContextTokens ?? model.ContextTokens, model.Info?.EmbeddingLength ?? traits.EmbeddingLength, traits.Parameters, model.FileBytes,
        traits.VocabularySize, traits.VocabularyType, traits.Architecture, traits.Quantization, model.Sha256);

    private static string Status(ModelState state) => state switch
    {
        ModelState.Loaded => "loaded",
        ModelState.Loading => "loading",
        ModelState.Failed => "failed",
        _ => "unloaded",
    };

    private static IEnumerable<string> Capabilities(ModelTraits? traits) => traits switch
    {
        null => [],
        { IsReranker: true } => ["rerank"],
        { IsEmbedding: true } => ["embeddings", "rerank"],
        { HasTemplate: false } => ["completion", "json_schema"],
        _ => ["chat", "tools", "json_schema", .. traits.Thinks ? (string[])["reasoning"] : [], .. traits.CanAnswer ? (string[])["answers"] : []],
    };
}
