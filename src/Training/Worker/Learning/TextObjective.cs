using Platform.Training.Batches;
using Platform.Training.Graph;

namespace Platform.Training.Learning;

/// <summary>Learns texts: -Σ weight · log p(token) / Σ weight. Dialogues, instructions and raw text differ only in their weights.</summary>
public sealed class TextObjective(GraphShelf shelf, LoraWeights adapter, IReadOnlyList<Example> texts, LearningOptions options) : IObjective
{
    private const int MicroBatchesAStep = 1 << 16; // places for dropout

    public int Rows => texts.Count;

    public long Tokens => texts.Sum(t => (long)t.Tokens.Length);

    public IReadOnlyList<int> Sample => texts[0].Tokens;

    public string IdOf(int row) => texts[row].Id;

    public (double Loss, long Tokens) Learn(IReadOnlyList<int> rows, int stepNumber, float lossScale, Action pause)
    {
        var place = (long)stepNumber * MicroBatchesAStep;
        var scale = 1 / rows.Sum(row => texts[row].Weight);
        var loss = 0.0;
        foreach (var group in Groups(rows))
        {
            pause();
            var batch = BatchOf(group, scale, place++);
            loss += batch.Loss(shelf.For(new GraphPlan(batch.Bucket, adapter, Backward: true, options.Recompute)).Run(batch, lossScale));
        }
        return (loss, rows.Sum(row => (long)texts[row].Tokens.Length));
    }

    public Evaluation Evaluate(LoraWeights? tested, Action pause)
    {
        var losses = new RowLoss[texts.Count];
        foreach (var group in Groups(Enumerable.Range(0, texts.Count)))
        {
            pause();
            var batch = BatchOf(group, 1);
            var sums = batch.ByText(shelf.For(new GraphPlan(batch.Bucket, tested, Backward: false)).Run(batch));
            for (var i = 0; i < group.Count; i++) { losses[group[i]] = new RowLoss(IdOf(group[i]), -sums[i] / texts[group[i]].Weight, texts[group[i]].Weight); }
        }
        return new Evaluation(losses);
    }

    public IEnumerable<Bucket> Shapes(IReadOnlyList<int> rows) => Groups(rows).Select(group => BatchOf(group, 1).Bucket);

    private Batch BatchOf(List<int> group, double scale, long? dropoutPlace = null) => Batch.Of([.. group.Select(row => texts[row])], scale, dropoutPlace);

    private IEnumerable<List<int>> Groups(IEnumerable<int> rows) => MicroBatches.Split(rows, row => texts[row].Tokens.Length - 1, 1, options.MicroBatchTokens);
}
