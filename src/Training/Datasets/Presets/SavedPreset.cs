namespace Platform.Training.Datasets.Presets;

/// <summary>Settings of training jobs under a name, for all administrators.</summary>
/// <param name="Content">As whoever saved it wrote it, at most 8,000 characters; nothing here reads it.</param>
public sealed record SavedPreset(string Name, string Content);
