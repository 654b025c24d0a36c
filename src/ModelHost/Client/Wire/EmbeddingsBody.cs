using System.Text.Json;

namespace Platform.ModelHost.Client.Wire;

internal sealed record EmbeddingsBody(IReadOnlyList<EmbeddingBody>? Data, string? Model, UsageBody? Usage);

/// <param name="Embedding">A list of numbers, or base64 of little-endian float32: some services ignore the format that was asked for.</param>
internal sealed record EmbeddingBody(int Index, JsonElement Embedding);
