namespace Platform.ModelHost.Client.Admin;

public enum LiveSlotState { Idle, Reading, Writing }

/// <summary>What a slot of a served model does; nothing of whose request it is or what it says.</summary>
/// <param name="Id">Of its model's slots, from 0.</param>
/// <param name="Model">Empty where the service does not say.</param>
/// <param name="ContextTokens">Tokens that one request may take.</param>
/// <param name="Adapter">name@version, several after commas; null for the base model.</param>
/// <param name="PromptTokens">Of its request; 0 while it is idle, as the counts that follow.</param>
/// <param name="CachedTokens">Of them, those that did not have to be read.</param>
/// <param name="GeneratedTokens">Written so far.</param>
/// <param name="TokensPerSecond">Written over the last seconds.</param>
public sealed record LiveSlot(int Id, string Model, LiveSlotState State, int ContextTokens, string? Adapter, int PromptTokens, int CachedTokens, int GeneratedTokens, double TokensPerSecond);
