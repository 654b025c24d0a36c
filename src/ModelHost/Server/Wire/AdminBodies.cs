namespace Platform.ModelHost.Server.Wire;

/// <summary>`GET /props`: what runs here. No paths.</summary>
internal sealed record PropsBody(string BuildInfo, int TotalSlots, IReadOnlyList<string> Models, IReadOnlyList<string> Devices);

/// <summary>One slot of `GET /slots`. Which request is in which slot is not told: a slot is busy or it is not.</summary>
internal sealed record SlotBody(int Id, string Model, int NCtx, bool IsProcessing);
