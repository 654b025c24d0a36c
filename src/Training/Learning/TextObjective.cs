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
        var chosen = rows.Select(r => texts[r]).ToArray();
        var scale = 1 / chosen.Sum(t => t.Weight);
        var loss = 0.0;
        foreach (var group in Groups(chosen))
        {
            pause();
            var batch = Batch.Of(group, scale, place++);
            loss += batch.Loss(shelf.For(new GraphPlan(batch.Bucket, adapter, Backward: true, options.Recompute)).Run(batch, lossScale));
        }
        return (loss, chosen.Sum(t => (long)t.Tokens.Length));
    }

    public double Evaluate(Action pause)
    {
        var scale = 1 / texts.Sum(t => t.Weight);
        var loss = 0.0;
        foreach (var group in Groups(texts))
        {
            pause();
            var batch = Batch.Of(group, scale);
            loss += batch.Loss(shelf.For(new GraphPlan(batch.Bucket, adapter, Backward: false)).Run(batch));
        }
        return loss;
    }

    public IEnumerable<Bucket> Shapes(IReadOnlyList<int> rows) => Groups(rows.Select(r => texts[r])).Select(group => Batch.Of(group, 1).Bucket);

    private IEnumerable<List<Example>> Groups(IEnumerable<Example> chosen) => MicroBatches.Split(chosen, t => t.Tokens.Length - 1, 1, options.MicroBatchTokens);
}
