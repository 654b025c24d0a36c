using Platform.Retrieval.Documents;

namespace Platform.Web.Features.Knowledge;

/// <summary>How fast a base's documents are being taken in, from what a page sees of them, and how long the rest will take at that pace.</summary>
public sealed class IngestPace
{
    // Sooner than this a guess is worth nothing.
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(4);

    private readonly Dictionary<Guid, double> left = [];
    private DateTimeOffset? last;
    private TimeSpan watched;
    private double done;

    /// <summary>Until nothing is left to take in; null while nothing is, or while too little was seen.</summary>
    public TimeSpan? Left { get; private set; }

    /// <summary>Takes in how the documents stand now.</summary>
    public void Look(IReadOnlyCollection<DocumentInfo> documents, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(documents);
        var working = documents.Where(DocumentRows.Working).ToDictionary(d => d.Id, Work);
        if (last is { } before && left.Count > 0)
        {
            watched += now - before;
            // What has left the list of the working is done, or was given up: either way it is no more to do. What is new is not counted against the pace.
            done += left.Sum(l => Math.Max(0, l.Value - working.GetValueOrDefault(l.Key)));
        }

        left.Clear();
        foreach (var (id, work) in working)
        {
            left[id] = work;
        }
        if (working.Count == 0)
        {
            (last, watched, done, Left) = (null, TimeSpan.Zero, 0, null);
            return;
        }
        last = now;
        Left = watched >= Least && done > 0 ? watched * (working.Values.Sum() / done) : null;
    }

    /// <summary>Until one document is in, at the pace it had so far; null while that says nothing.</summary>
    public static TimeSpan? LeftOf(DocumentInfo document, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document.State == DocumentState.Embedding && document is { StageDone: > 0, StartedAt: { } started } && now - started >= Least
            ? (now - started) * ((1 - Share(document)) / Share(document)) : null;
    }

    // Bytes stand for work. The longest part of it is the embedding.
    private static double Work(DocumentInfo document) => (1 - Share(document)) * Math.Max(1, document.Bytes);

    private static double Share(DocumentInfo document)
    {
        var stage = document.StageTotal > 0 ? Math.Clamp((double)document.StageDone / document.StageTotal, 0, 1) : 0;
        return document.State switch
        {
            DocumentState.Extracting => 0.1 * stage,
            DocumentState.Chunking => 0.1,
            DocumentState.Embedding => 0.12 + (0.83 * stage),
            DocumentState.Indexing => 0.95,
            _ => 0,
        };
    }
}
