using Platform.ModelHost.Client;

namespace Platform.Agents.Tests;

/// <summary>Four characters a token.</summary>
internal sealed class CharacterCounter : ITokenCounter
{
    public Task<IReadOnlyList<int>> CountForEmbeddingAsync(IReadOnlyList<string> texts, CancellationToken cancellation) => CountForChatAsync(texts, cancellation);

    public Task<IReadOnlyList<int>> CountForChatAsync(IReadOnlyList<string> texts, CancellationToken cancellation, string model = "") =>
        Task.FromResult<IReadOnlyList<int>>([.. texts.Select(text => (text.Length + 3) / 4)]);
}
