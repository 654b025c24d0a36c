namespace Platform.ModelHost.Engine.Models;

/// <summary>What an answer was made with.</summary>
/// <param name="ModelId">The base model.</param>
/// <param name="ModelSha256">Hash of the base model's file.</param>
public sealed record ModelRun(string ModelId, string ModelSha256, IReadOnlyList<AdapterRun> Adapters);

/// <summary>An adapter that took part.</summary>
/// <param name="Version">Version in the registry; 0 when it has none.</param>
public sealed record AdapterRun(string Name, int Version, string Sha256, float Scale);
