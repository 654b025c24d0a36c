using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>The tokens of a chat answer with their log-probabilities.</summary>
internal sealed record ChatLogprobs(IReadOnlyList<TokenLogprob> Content, string? Refusal = null);

/// <param name="Bytes">The token's bytes: a token may be part of a character.</param>
internal sealed record TokenLogprob(string Token, float Logprob, IReadOnlyList<int> Bytes)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TokenLogprob>? TopLogprobs { get; init; }
}

/// <summary>The same as completions tell it: lists side by side. Null for the first token of an echoed prompt, which nothing foretells.</summary>
internal sealed record CompletionLogprobs(IReadOnlyList<string> Tokens, IReadOnlyList<float?> TokenLogprobs, IReadOnlyList<IReadOnlyDictionary<string, float>?> TopLogprobs, IReadOnlyList<int> TextOffset);
