using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

internal sealed record EmbeddingsRequest
{
    public string? Model { get; init; }

    [JsonConverter(typeof(TextsOrTokensConverter))]
    public TextsOrTokens? Input { get; init; }

    /// <summary>float or base64.</summary>
    public string? EncodingFormat { get; init; }

    public int? Dimensions { get; init; }

    /// <summary>Cut inputs that are too long instead of refusing them.</summary>
    public bool? Truncate { get; init; }

    /// <summary>query or document.</summary>
    public string? InputType { get; init; }

    public string? User { get; init; }
}

/// <param name="Data">One an input, in order.</param>
internal sealed record EmbeddingsBody(string Object, IReadOnlyList<EmbeddingBody> Data, string Model, EmbeddingUsage Usage);

internal sealed record EmbeddingBody(string Object, int Index, EncodedVector Embedding);

internal sealed record EmbeddingUsage(int PromptTokens, int TotalTokens);

/// <summary>A vector as it goes on the wire: numbers, or base64 of little-endian float32.</summary>
[JsonConverter(typeof(EncodedVectorConverter))]
internal readonly record struct EncodedVector(float[] Values, bool AsBase64);
