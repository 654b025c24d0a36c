namespace Platform.Retrieval.Index.Embedded;

/// <summary>Keeps the best rows of those that are offered.</summary>
internal sealed class NearestRows(int count)
{
    private readonly PriorityQueue<long, float> _kept = new(count + 1);
    private float _least = float.NegativeInfinity;

    public void Offer(long row, float score)
    {
        if (_kept.Count < count)
        {
            _kept.Enqueue(row, score);
        }
        else if (score > _least)
        {
            _kept.EnqueueDequeue(row, score);
        }
        else
        {
            return;
        }

        if (_kept.Count == count)
        {
            _kept.TryPeek(out _, out _least);
        }
    }

    /// <summary>In no order.</summary>
    public IEnumerable<long> Rows => _kept.UnorderedItems.Select(kept => kept.Element);
}
