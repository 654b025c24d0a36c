namespace Platform.ModelHost.Engine.Adapters;

/// <summary>An adapter of the registry as callers see it; no paths.</summary>
/// <param name="Version">1 and up; 0 for a file without versions.</param>
/// <param name="IsLoaded">Whether this version is in memory, with hash, rank and size then known.</param>
public sealed record AdapterInfo(string Name, int Version, bool IsLoaded, string? Sha256, int? Rank, long? Bytes);
