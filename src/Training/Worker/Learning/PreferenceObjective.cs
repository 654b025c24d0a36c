using Platform.Training.Batches;
using Platform.Training.Graph;

namespace Platform.Training.Learning;

/// <summary>
/// Direct preference optimisation: loss = -log σ(β · margin), the margin being how much more than the base model the adapter prefers the chosen answer to the rejected one.
/// Its gradient is that of weighted log-probabilities, so the same graph learns it: a first pass measures the margins, they become the rows' weights, a second pass goes back.
/// </summary>
public sealed class PreferenceObjective(GraphShelf shelf, LoraWeights adapter, IReadOnlyList<PreferencePair> pairs, double beta, LearningOptions options) : IObjective
{
    /// <summary>By how much the base model alone prefers each chosen answer, in log p. Measured for all at once, in one grouping, so that a job that goes on measures the same.</summary>
    private double[]? reference;

    public int Rows => pairs.Count;

    public long Tokens => pairs.Sum(Length);

    public IReadOnlyList<int> Sample => pairs[0].Chosen.Tokens;

    public string IdOf(int row) => pairs[row].Id;

    public (double Loss, long Tokens) Learn(IReadOnlyList<int> rows, int stepNumber, float lossScale, Action pause)
    {
        MeasureReference(pause);
        var loss = 0.0;
        foreach (var group in Groups(rows))
        {
            pause();
            var batch = BatchOf(group);
            var margins = Margins(group, batch);
            loss += margins.Sum(m => Loss(m)) / rows.Count;
            for (var row = 0; row < batch.Weights.Length; row++) { batch.Weights[row] = Weight(batch.Owners[row], margins) / rows.Count; }
            shelf.For(new GraphPlan(batch.Bucket, adapter, Backward: true, options.Recompute)).Run(batch, lossScale);
        }
        return (loss, rows.Sum(r => Length(pairs[r])));
    }

    public Evaluation Evaluate(LoraWeights? tested, Action pause)
    {
        if (tested is null) { return Of(new double[pairs.Count]); } // the base prefers nothing to itself
        MeasureReference(pause);
        var margins = new double[pairs.Count];
        foreach (var group in Groups(All))
        {
            pause();
            var found = Margins(group, BatchOf(group));
            for (var i = 0; i < group.Count; i++) { margins[group[i]] = found[i]; }
        }
        return Of(margins);
    }

    private Evaluation Of(double[] margins) => new([.. margins.Select((margin, row) => new RowLoss(IdOf(row), Loss(margin), 1))])
    {
        RewardMargin = beta * margins.Average(), PreferenceAccuracy = margins.Average(margin => margin > 0 ? 1 : margin < 0 ? 0 : 0.5), // of no number too: whoever reads the losses tells that
    };

    /// <summary>The loss is -Σ weight · log p, so a chosen answer weighs β σ(-β margin) and a rejected one the opposite.</summary>
    private float Weight(int text, double[] margins)
    {
        if (text < 0) { return 0; }
        var pull = beta / (1 + Math.Exp(beta * margins[text / 2]));
        return (float)(text % 2 == 0 ? pull : -pull);
    }

    /// <summary>-log σ(β margin), without overflow.</summary>
    private double Loss(double margin) => Math.Max(0, -beta * margin) + Math.Log(1 + Math.Exp(-Math.Abs(beta * margin)));

    private double[] Margins(List<int> group, Batch batch) => [.. Preferences(batch, adapter).Select((preference, i) => preference - reference![group[i]])];

    private void MeasureReference(Action pause)
    {
        if (reference is not null) { return; }
        var measured = new double[pairs.Count];
        foreach (var group in Groups(All))
        {
            pause();
            var preferences = Preferences(BatchOf(group), null);
            for (var i = 0; i < group.Count; i++) { measured[group[i]] = preferences[i]; }
        }
        reference = measured;
    }

    private double[] Preferences(Batch batch, LoraWeights? tested)
    {
        var sums = batch.ByText(shelf.For(new GraphPlan(batch.Bucket, tested, Backward: false)).Run(batch));
        return [.. Enumerable.Range(0, sums.Length / 2).Select(i => sums[2 * i] - sums[2 * i + 1])];
    }

    private Batch BatchOf(List<int> group) => Batch.Of([.. group.SelectMany(row => (Example[])[pairs[row].Chosen, pairs[row].Rejected])], 1);

    private IReadOnlyList<int> All => [.. Enumerable.Range(0, pairs.Count)];

    private static long Length(PreferencePair pair) => pair.Chosen.Tokens.Length + pair.Rejected.Tokens.Length;

    public IEnumerable<Bucket> Shapes(IReadOnlyList<int> rows) => Groups(rows).Select(group => BatchOf(group).Bucket);

    private IEnumerable<List<int>> Groups(IReadOnlyList<int> rows) => MicroBatches.Split(rows, row => pairs[row].Longest - 1, 2, options.MicroBatchTokens);
}
