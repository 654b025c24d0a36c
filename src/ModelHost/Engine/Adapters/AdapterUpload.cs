using System.Text.Json;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>A new version of an adapter. Untrusted: its file is checked before anything can ask for it.</summary>
/// <param name="Name">a-z, 0-9, '-', '_' and '.'; 1 to 64.</param>
public sealed record AdapterUpload(string Name)
{
    /// <summary>Id of the model that it is for; null takes the one whose hash it states, or else the first loaded model that writes.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Draft or Candidate.</summary>
    public AdapterState State { get; init; } = AdapterState.Candidate;

    public JsonElement? Lineage { get; init; }

    public JsonElement? Metrics { get; init; }
}
