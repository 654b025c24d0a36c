namespace Platform.Retrieval;

/// <summary>Bound from `Retrieval`.</summary>
public sealed class RetrievalOptions
{
    /// <summary>Largest file taken in, bytes.</summary>
    public long MaxFileBytes { get; set; } = 200L * 1024 * 1024;

    /// <summary>Most pages of a PDF.</summary>
    public int MaxPages { get; set; } = 2000;

    /// <summary>Longest time to read one document.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Weight of the dense list in the fusion; the lexical list weighs 1.</summary>
    public double DenseWeight { get; set; } = 0.3;

    /// <summary>Constant of reciprocal rank fusion.</summary>
    public int FusionConstant { get; set; } = 10;

    /// <summary>Ingestions that run at once.</summary>
    public int Workers { get; set; } = 2;

    /// <summary>How long a document waits for a model service that is away before it fails.</summary>
    public TimeSpan ModelPatience { get; set; } = TimeSpan.FromMinutes(10);
}
