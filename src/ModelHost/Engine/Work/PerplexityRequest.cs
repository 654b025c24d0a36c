namespace Platform.ModelHost.Engine.Work;

/// <summary>A model to be measured on a text.</summary>
/// <param name="Owner">Who the memory is promised to.</param>
/// <param name="ModelId">The model, or `model:adapter`.</param>
/// <param name="Text">Untrusted; null takes the text that comes with the program.</param>
/// <param name="Adapter">An adapter of the registry; null for none.</param>
/// <param name="MostTokens">Of the text that are read; null reads 100,000.</param>
public sealed record PerplexityRequest(string Owner, string ModelId, string? Text = null, string? Adapter = null, int? MostTokens = null);
