using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

internal sealed record TokenizeRequest
{
    /// <summary>Null takes the first chat model, else the first model.</summary>
    public string? Model { get; init; }

    [JsonConverter(typeof(TextOrTextsConverter))]
    public TextOrTexts? Content { get; init; }

    public bool? AddSpecial { get; init; }
    public bool? ParseSpecial { get; init; }
    public bool? WithPieces { get; init; }
    public bool? CountOnly { get; init; }
}

/// <param name="IsList">Whether the caller sent a list: the answer has the same shape.</param>
internal sealed record TextOrTexts(IReadOnlyList<string> Texts, bool IsList);

/// <summary>Tokens (ids, or pieces; of a list: a list of them), or counts.</summary>
internal sealed record TokensBody
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Tokens { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Counts { get; init; }
}

/// <param name="Piece">A text, or a list of bytes that are none by themselves.</param>
internal sealed record TokenPiece(int Id, JsonElement Piece);

internal sealed record DetokenizeRequest(string? Model, IReadOnlyList<int>? Tokens);

internal sealed record DetokenizedBody(string Content);

internal sealed record PromptBody(string Prompt);

internal sealed record InputTokensBody(int InputTokens);
