namespace Platform.ModelHost.Server.Wire;

/// <summary>`GET /memory`.</summary>
internal sealed record MemoryBody(long TotalBytes, long FreeBytes, IReadOnlyList<MemoryUseBody> Uses);

/// <param name="Part">weights, context, adapters, or what a job calls it.</param>
internal sealed record MemoryUseBody(string Owner, string Part, long Bytes);

/// <summary>`POST /memory/fit`.</summary>
/// <param name="Reason">Why it does not fit, or which models would be unloaded for it; null when it just fits.</param>
internal sealed record MemoryFitBody(bool Fits, long NeedsBytes, long FreeBytes, IReadOnlyList<MemoryUseBody> Uses, string? Reason);
