namespace Platform.ModelHost.Client.Wire;

/// <summary>One slot of `GET /slots`.</summary>
internal sealed record SlotBody(int Id, string? Model, int NCtx, bool IsProcessing, string? State, string? Adapter, int NPrompt, int NCached, int NDecoded, double TokensPerSecond);

/// <summary>One model of `GET /queue`.</summary>
internal sealed record QueueBody(string? Model, int Waiting, int Busy, int Slots, double TokensPerSecond, long PrefixTokensKept);
