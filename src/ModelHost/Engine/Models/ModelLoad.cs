namespace Platform.ModelHost.Engine.Models;

/// <summary>How busy a model that writes is, at this moment.</summary>
/// <param name="Slots">Requests that can generate at once.</param>
/// <param name="Busy">Slots that generate.</param>
/// <param name="Waiting">Requests that wait for a slot.</param>
/// <param name="GeneratedTokens">Tokens written since it was loaded; the difference over time is its speed.</param>
/// <param name="ReadTokens">Prompt tokens read since, without those that were cached.</param>
/// <param name="CachedTokens">Prompt tokens since that did not have to be read.</param>
public sealed record ModelLoad(string ModelId, int Slots, int Busy, int Waiting, long GeneratedTokens, long ReadTokens, long CachedTokens);
