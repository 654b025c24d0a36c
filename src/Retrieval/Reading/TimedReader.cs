using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading;

/// <summary>
/// Gives a reader a wall-clock limit, and lets its caller go as soon as it cancels. Readers look at their token on every row, block or piece of input; where a parser that is not
/// ours does not, it is left to end alone on its thread, and nobody waits for it.
/// </summary>
internal sealed class TimedReader(IDocumentReader reader, TimeSpan limit) : IDocumentReader
{
    public string MediaType => reader.MediaType;

    public async Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        either.CancelAfter(limit);
        try
        {
            return await Task.Run(() => reader.ReadAsync(path, progress, either.Token), either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IngestException(
                IngestError.OutOfTime, $"Reading took longer than {limit.TotalSeconds:N0} seconds, the most that one document may take. Split the file, or raise Retrieval:ReadTimeout.");
        }
    }
}
