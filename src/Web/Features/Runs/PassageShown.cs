namespace Platform.Web.Features.Runs;

/// <summary>A passage that a run read.</summary>
/// <param name="N">Its number in the run.</param>
/// <param name="BaseId">Null where it is not known.</param>
/// <param name="Score">0 to 1.</param>
public sealed record PassageShown(int N, Guid DocumentId, Guid? BaseId, string Document, int Page, string Heading, double Score, string Text)
{
    /// <summary>The address of a page of the web; null for a document.</summary>
    public string? Url { get; init; }
}
