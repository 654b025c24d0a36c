using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Models;

/// <summary>A loaded model as the API lists it.</summary>
internal static class ModelCards
{
    public static ModelCard Of(ModelInfo model) => new(
        model.Id, "model", model.LoadedAt.ToUnixTimeSeconds(), "local", model.Id, null,
        new ModelMeta(model.TrainingContextTokens, model.ContextTokens, model.EmbeddingLength, model.Parameters, model.SizeBytes, model.VocabularySize, model.VocabularyType, model.Architecture, model.Sha256),
        new ModelStatus("loaded"),
        [.. Capabilities(model)]);

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
