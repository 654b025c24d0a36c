namespace Platform.ModelHost.Client.Wire;

/// <summary>`POST /v1/rerank`; the best come first, each with its place in the request.</summary>
internal sealed record RerankBody(IReadOnlyList<RerankResultBody>? Results);

internal sealed record RerankResultBody(int Index, double? RelevanceScore);
