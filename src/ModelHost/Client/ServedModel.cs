namespace Platform.ModelHost.Client;

/// <summary>A model that the service lists.</summary>
/// <param name="CanAnswer">False when the model's card says its own words are not answers: Quote mode is then the default. True where the service does not say.</param>
public sealed record ServedModel(string Id, bool CanChat, bool CanEmbed, bool CanAnswer, int ContextTokens, int EmbeddingLength, long SizeBytes);
