using System.ComponentModel.DataAnnotations;

namespace Platform.Retrieval;

/// <summary>Bound from `Retrieval`.</summary>
public sealed class RetrievalOptions
{
    /// <summary>Largest text, Markdown, HTML, CSV or JSON file taken in, bytes: it is read in one piece.</summary>
    public const long MaxTextBytes = 64L * 1024 * 1024;

    /// <summary>Most columns of a table taken in.</summary>
    public const int MaxTableColumns = 2000;

    /// <summary>Largest file taken in, bytes.</summary>
    public long MaxFileBytes { get; set; } = 200L * 1024 * 1024;

    /// <summary>Most pages of a PDF.</summary>
    public int MaxPages { get; set; } = 2000;

    /// <summary>Longest time to read one document of any format; it then fails as out of time. Default 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Weight of the dense list in the fusion, 0 and above; the lexical list weighs 1, and 0 ranks by words alone. The default suits the small embedding model that comes
    /// with the program: it is the largest weight at which fusion was on no measured set worse than words alone. With a real embedding model 0.5 to 1 is better.
    /// </summary>
    [Range(0, 100)]
    public double DenseWeight { get; set; } = 0.1;

    /// <summary>Constant of reciprocal rank fusion, 1 and above: the smaller, the more the first ranks count.</summary>
    [Range(1, 1000)]
    public int FusionConstant { get; set; } = 10;

    /// <summary>Longest wait for the model of ModelHost:RerankModel, where one is named; then the fused order stands. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan RerankTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Ingestions that run at once, 1 to 64.</summary>
    [Range(1, 64)]
    public int Workers { get; set; } = 2;

    /// <summary>Pages of PDFs drawn as pictures at once, 1 to 64; others wait. Each is a process of up to 1 GiB.</summary>
    [Range(1, 64)]
    public int PageDrawings { get; set; } = 2;

    /// <summary>Bytes of drawn pages kept on disk at most; beyond it those go that were not looked at for longest.</summary>
    [Range(0, long.MaxValue)]
    public long PageCacheBytes { get; set; } = 1L << 30;

    /// <summary>Times that the program may end while it takes one document in, 1 and above; after that the document has failed and is not tried again by itself.</summary>
    [Range(1, int.MaxValue)]
    public int MostCrashes { get; set; } = 3;

    /// <summary>How long a document waits for a model service that is away before it fails.</summary>
    public TimeSpan ModelPatience { get; set; } = TimeSpan.FromMinutes(10);
}
