namespace Platform.ModelHost.Client.Admin;

/// <summary>How busy a served model is.</summary>
/// <param name="Waiting">Requests that wait for a slot.</param>
/// <param name="Busy">Slots that serve one.</param>
/// <param name="Slots">Slots in all.</param>
/// <param name="TokensPerSecond">Written over the last seconds, all slots together.</param>
/// <param name="PrefixTokensKept">Tokens in memory for prompts to come; what several begin with counts in each.</param>
public sealed record LiveModel(string Model, int Waiting, int Busy, int Slots, double TokensPerSecond, long PrefixTokensKept);
