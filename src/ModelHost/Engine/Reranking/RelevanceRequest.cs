namespace Platform.ModelHost.Engine.Reranking;

/// <summary>Documents to judge by a query, with a model made for that. Texts are untrusted.</summary>
/// <param name="Documents">At most 2,048; none empty.</param>
/// <param name="Truncate">Cuts documents whose pair with the query is too long, instead of refusing them.</param>
public sealed record RelevanceRequest(string ModelId, string Query, IReadOnlyList<string> Documents, bool Truncate = false);

/// <summary>The model's own scores, one a document in order: more is better, and what a number means is the model's (a logit of any size, or a probability).</summary>
/// <param name="PromptTokens">Read in all.</param>
public sealed record RelevanceResult(IReadOnlyList<float> Scores, int PromptTokens);
