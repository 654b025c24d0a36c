using Platform.ModelHost.Client;

namespace Platform.Fakes;

/// <summary>Counts without a model: a run of letters or digits is one token, and so is every other character that is not white space; a Chinese character is one.</summary>
public sealed class WordTokenCounter : ITokenCounter
{
    public Task<IReadOnlyList<int>> CountForEmbeddingAsync(IReadOnlyList<string> texts, CancellationToken cancellation) => CountAsync(texts, cancellation);

    public Task<IReadOnlyList<int>> CountForChatAsync(IReadOnlyList<string> texts, CancellationToken cancellation, string model = "") => CountAsync(texts, cancellation);

    public static int Count(string text)
    {
        int tokens = 0;
        bool inWord = false;
        foreach (char character in text)
        {
            bool wordly = char.IsLetterOrDigit(character) && character < 0x2E80;
            tokens += !char.IsWhiteSpace(character) && !(wordly && inWord) ? 1 : 0;
            inWord = wordly;
        }

        return tokens;
    }

    private static Task<IReadOnlyList<int>> CountAsync(IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<int>>([.. texts.Select(Count)]);
    }
}
