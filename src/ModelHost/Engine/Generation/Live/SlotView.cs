using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Generation.Live;

public enum SlotState { Idle, Reading, Writing }

/// <summary>What a slot does at this moment; nothing of what is asked or answered in it.</summary>
/// <param name="Id">0 to the number of slots - 1.</param>
/// <param name="Adapters">What runs beside the base model.</param>
/// <param name="PromptTokens">Of its request; 0 while it is idle, as all that follows.</param>
/// <param name="CachedTokens">Those of them that did not have to be read.</param>
/// <param name="GeneratedTokens">Written so far.</param>
/// <param name="TokensPerSecond">Written over the last seconds.</param>
public sealed record SlotView(int Id, SlotState State, IReadOnlyList<AdapterRun> Adapters, int PromptTokens, int CachedTokens, int GeneratedTokens, double TokensPerSecond);
