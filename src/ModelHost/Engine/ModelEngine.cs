using Platform.ModelHost.Engine.Embeddings;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine;

/// <summary>The loaded models and everything that can be asked of them. One thread owns each native context; every member here may be called from any thread.</summary>
public sealed class ModelEngine : IAsyncDisposable
{
    /// <summary>Checks the natives and the model files, loads the models and starts their loops.</summary>
    /// <exception cref="EngineException">A file is refused or does not fit.</exception>
    public static Task<ModelEngine> StartAsync(EngineOptions options, TimeProvider time, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Every loaded model.</summary>
    public IReadOnlyList<ModelInfo> Models => throw new NotImplementedException();

    /// <summary>Looks a model up by id.</summary>
    /// <exception cref="EngineException">Kind ModelNotFound.</exception>
    public ModelInfo Find(string modelId) => throw new NotImplementedException();

    /// <summary>Generates text; the last event is always <see cref="GenerationFinished"/>, unless it throws. Cancelling ends it within one step and throws OperationCanceledException.</summary>
    public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>One L2-normalised vector an input, in input order.</summary>
    public Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Token ids of a text.</summary>
    public int[] Tokenize(string modelId, string text, bool addSpecial, bool parseSpecial) => throw new NotImplementedException();

    /// <summary>Text of token ids.</summary>
    public string Detokenize(string modelId, IReadOnlyList<int> tokens) => throw new NotImplementedException();

    /// <summary>The prompt that the model's own chat template makes of the messages.</summary>
    public string ApplyTemplate(string modelId, IReadOnlyList<ChatTurn> messages, bool addGenerationPrompt) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
