using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Embeddings;

/// <summary>The refusal steps of an embeddings request: alone, and against the model.</summary>
internal static class EmbeddingsCheck
{
    private const int MaxInputs = 2048;

    public static Problem? Refusal(EmbeddingsRequest request) => request switch
    {
        { Model: null or "" } => Problem.Invalid("model", "'model' is missing. GET /v1/models lists the models."),
        { Input: null or { Count: 0 } } => Problem.Invalid("input", "'input' is missing or empty."),
        { Input.Count: > MaxInputs } => Problem.Invalid("input", $"'input' has {request.Input.Count} items; at most {MaxInputs} are taken."),
        { EncodingFormat: not (null or "float" or "base64") } => Problem.Invalid("encoding_format", $"'encoding_format' is '{request.EncodingFormat}'; it must be float or base64."),
        { InputType: not (null or "query" or "document") } => Problem.Invalid("input_type", $"'input_type' is '{request.InputType}'; it must be query or document."),
        _ => EmptyItem(request.Input),
    };

    public static Problem? Refusal(EmbeddingsRequest request, ModelInfo model)
    {
        if (!model.IsEmbedding)
        {
            return Problem.Invalid("model", $"'{model.Id}' does not embed. GET /v1/models says which model does.");
        }

        if (request.Dimensions is { } dimensions && dimensions != model.EmbeddingLength)
        {
            return Problem.Unsupported("dimensions", $"'dimensions' is {dimensions}; '{model.Id}' makes vectors of {model.EmbeddingLength} numbers and cannot shorten them.");
        }

        var foreign = request.Input!.Tokens?.SelectMany(tokens => tokens).Where(token => token < 0 || token >= model.VocabularySize).Take(1).ToArray() ?? [];
        return foreign.Length == 0 ? null : Problem.Invalid("input", $"Token {foreign[0]} is not in the model's vocabulary of {model.VocabularySize}.");
    }

    private static Problem? EmptyItem(TextsOrTokens input)
    {
        for (var i = 0; i < input.Count; i++)
        {
            if ((input.Texts?[i].Length ?? input.Tokens![i].Count) == 0)
            {
                return Problem.Invalid("input", $"Item {i} of 'input' is empty.");
            }
        }

        return null;
    }
}
