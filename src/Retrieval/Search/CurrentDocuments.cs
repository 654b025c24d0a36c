using Microsoft.EntityFrameworkCore;
using Platform.Retrieval.Index;
using Platform.Retrieval.Storage;

namespace Platform.Retrieval.Search;

/// <summary>
/// What the documents' rows say of found passages: the documents' names, and which of their passages count. The index may hold a version that is not in yet, or one that has
/// just been replaced; the row says which one is to be found, so that a document changes from one to the other at once.
/// </summary>
internal sealed class CurrentDocuments(RetrievalContext db)
{
    private readonly Dictionary<Guid, CurrentDocument> _rows = [];

    /// <summary>True when a passage was left out since its document has been replaced while the index was searched: searched again, it will be found.</summary>
    public bool Replaced { get; private set; }

    public CurrentDocument this[Guid documentId] => _rows[documentId];

    /// <summary>Reads the rows of the found passages anew.</summary>
    public async Task ReadAsync(IEnumerable<ScoredPassage> found, CancellationToken cancellation)
    {
        List<Guid> ids = [.. found.Select(f => f.Passage.DocumentId).Distinct()];
        _rows.Clear();
        Replaced = false;
        await foreach (CurrentDocument row in db.Documents.Where(d => d.Indexed && ids.Contains(d.Id)).Select(d => new CurrentDocument(d.Id, d.Name, d.MediaType, d.Version)).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            _rows[row.Id] = row;
        }
    }

    /// <summary>Those that count, in their order. One whose document is gone was deleted while we searched; one whose document is not in yet was written before a crash.</summary>
    public IReadOnlyList<ScoredPassage> Counting(IReadOnlyList<ScoredPassage> found)
    {
        List<ScoredPassage> counting = new(found.Count);
        foreach (ScoredPassage one in found)
        {
            if (_rows.TryGetValue(one.Passage.DocumentId, out CurrentDocument? row))
            {
                if (one.Passage.Version == row.Version || one.Passage.Version == 0)
                {
                    counting.Add(one);
                }
                else
                {
                    Replaced |= one.Passage.Version < row.Version;
                }
            }
        }

        return counting;
    }
}

/// <summary>A document as its row says it is now.</summary>
internal sealed record CurrentDocument(Guid Id, string Name, string MediaType, int Version);
