using Platform.ModelHost.Engine.Generation.Live;

namespace Platform.ModelHost.Engine.Models;

/// <summary>How busy a model that writes is, at this moment.</summary>
/// <param name="ContextTokens">Tokens that one request can have.</param>
/// <param name="Slots">Places for requests that generate at once.</param>
/// <param name="Waiting">Requests that wait for a slot.</param>
/// <param name="Steps">Begun since it was loaded; each takes all slots that generate one token further.</param>
/// <param name="GeneratedTokens">Tokens written since it was loaded.</param>
/// <param name="ReadTokens">Prompt tokens read since, without those that were cached.</param>
/// <param name="CachedTokens">Prompt tokens since that did not have to be read.</param>
/// <param name="TokensPerSecond">Written over the last seconds, all slots together.</param>
/// <param name="KeptTokens">In memory for prompts to come; what several begin with counts in each.</param>
public sealed record ModelLoad(string ModelId, int ContextTokens, IReadOnlyList<SlotView> Slots, int Waiting, long Steps, long GeneratedTokens, long ReadTokens, long CachedTokens, double TokensPerSecond, int KeptTokens)
{
    /// <summary>Slots that generate.</summary>
    public int Busy => Slots.Count(slot => slot.State != SlotState.Idle);
}
