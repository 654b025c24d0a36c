namespace Platform.ModelHost.Client;

/// <summary>Counts tokens as a served model counts them.</summary>
public interface ITokenCounter
{
    /// <summary>Tokens of each text by the embedding model, in order, without special tokens.</summary>
    Task<IReadOnlyList<int>> CountForEmbeddingAsync(IReadOnlyList<string> texts, CancellationToken cancellation);

    /// <summary>Tokens of each text by the chat model that answers, in order, without special tokens.</summary>
    /// <param name="model">Another chat model, by its id; empty for none.</param>
    Task<IReadOnlyList<int>> CountForChatAsync(IReadOnlyList<string> texts, CancellationToken cancellation, string model = "");
}
