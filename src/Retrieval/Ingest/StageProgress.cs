using Platform.Retrieval.Documents;

namespace Platform.Retrieval.Ingest;

/// <summary>How far an ingestion is. Whoever runs it writes here as often as it likes; whoever shows it reads now and then.</summary>
internal sealed class StageProgress : IProgress<(int Done, int Total)>
{
    private Point _at = new(DocumentState.Extracting, 0, 0);

    public Point At => Volatile.Read(ref _at);

    public void Enter(DocumentState stage, int total = 0) => Volatile.Write(ref _at, new Point(stage, 0, total));

    public void Report((int Done, int Total) value) => Volatile.Write(ref _at, At with { Done = value.Done, Total = value.Total });

    /// <param name="Done">Units of <paramref name="Total"/>: pages while extracting, passages while embedding; 0 of 0 when unknown.</param>
    public sealed record Point(DocumentState State, int Done, int Total);
}
