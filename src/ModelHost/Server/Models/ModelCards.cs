using Platform.ModelHost.Engine;
using Platform.ModelHost.Engine.Adapters;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Adapters;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Models;

/// <summary>A loaded model as the API lists it.</summary>
internal static class ModelCards
{
    /// <summary>Every model, and each that writes once more for every adapter that may stand on it.</summary>
    public static IEnumerable<ModelCard> All(ModelEngine engine) =>
        engine.Models.SelectMany(model => (model.IsChat ? engine.Adapters(model.Id) : []).Select(adapter => On(model, adapter)).Prepend(Of(model)));

    public static ModelCard Of(ModelInfo model) => new(
        model.Id, "model", model.LoadedAt.ToUnixTimeSeconds(), "local", model.Id, null,
        new ModelMeta(model.TrainingContextTokens, model.ContextTokens, model.EmbeddingLength, model.Parameters, model.SizeBytes, model.VocabularySize, model.VocabularyType, model.Architecture, model.Sha256),
        new ModelStatus("loaded"),
        [.. Capabilities(model)]);

    private static ModelCard On(ModelInfo model, AdapterInfo adapter) => Of(model) with
    {
        Id = $"{model.Id}:{ServedAdapters.Id(adapter)}",
        Root = FormattableString.Invariant($"adapters/{adapter.Name}/{adapter.Version}"),
        Parent = model.Id,
        Adapter = new AdapterUsed(adapter.Name, adapter.Version, 1),
    };

    private static IEnumerable<string> Capabilities(ModelInfo model)
    {
        if (model.IsChat)
        {
            yield return "chat";
            yield return "tools";
            yield return "json_schema";
            if (model.CanAnswer)
            {
                yield return "answers";
            }
        }

        if (model.IsEmbedding)
        {
            yield return "embeddings";
        }
    }
}
