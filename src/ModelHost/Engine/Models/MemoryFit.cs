namespace Platform.ModelHost.Engine.Models;

/// <summary>Whether a model could be loaded now.</summary>
/// <param name="NeedsBytes">Estimated from the file's header.</param>
/// <param name="FreeBytes">Of the ledger; what the model itself holds already counts as free.</param>
/// <param name="Uses">What it needs, part by part.</param>
/// <param name="Reason">Why it does not fit, or who would be unloaded for it; null when it just fits.</param>
public sealed record MemoryFit(bool Fits, long NeedsBytes, long FreeBytes, IReadOnlyList<MemoryUse> Uses, string? Reason);
