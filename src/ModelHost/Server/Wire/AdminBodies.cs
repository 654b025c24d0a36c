namespace Platform.ModelHost.Server.Wire;

/// <summary>`GET /props`: what runs here. No paths.</summary>
internal sealed record PropsBody(string BuildInfo, int TotalSlots, IReadOnlyList<string> Models, IReadOnlyList<string> Devices);

/// <summary>One slot of `GET /slots`: how much it does and by which adapter, never whose or what.</summary>
/// <param name="Id">Of its model's slots, from 0.</param>
/// <param name="State">idle, reading (the prompt) or writing.</param>
/// <param name="NPrompt">Tokens of its request's prompt; 0 while it is idle, as the counts that follow.</param>
/// <param name="NCached">Of them, those that were in memory.</param>
/// <param name="TokensPerSecond">Written over the last seconds.</param>
internal sealed record SlotBody(int Id, string Model, int NCtx, bool IsProcessing, string State, string? Adapter, int NPrompt, int NCached, int NDecoded, double TokensPerSecond);

/// <summary>One model of `GET /queue`.</summary>
/// <param name="Waiting">Requests that wait for a slot.</param>
/// <param name="TokensPerSecond">Written over the last seconds, all slots together.</param>
/// <param name="PrefixTokensKept">In memory for prompts to come; what several begin with counts in each.</param>
internal sealed record QueueBody(string Model, int Waiting, int Busy, int Slots, double TokensPerSecond, int PrefixTokensKept);
