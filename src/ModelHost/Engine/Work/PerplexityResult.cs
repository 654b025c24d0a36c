namespace Platform.ModelHost.Engine.Work;

/// <summary>How well a model foretells a text.</summary>
/// <param name="Perplexity">e to the mean of the tokens' surprise: 1 is certain of each, the vocabulary's size knows nothing.</param>
/// <param name="StandardError">Of the perplexity, from the spread of the surprise.</param>
/// <param name="Tokens">Tokens that were foretold.</param>
public sealed record PerplexityResult(double Perplexity, double StandardError, int Tokens);
