using Platform.Training.Graph;

namespace Platform.Training.Jobs;

/// <summary>See <see cref="LoraOptions"/>.</summary>
public sealed class LoraSettings
{
    public int Rank { get; set; } = 16;

    public float Alpha { get; set; } = 32;

    public float Dropout { get; set; }

    /// <summary>Of q, k, v, o, gate, up, down; default all.</summary>
    public string[] Targets { get; set; } = [.. ProjectionNames.All.Select(ProjectionNames.Name)];

    public int LastLayers { get; set; }
}
