namespace Platform.Training.Batches;

/// <summary>Which rows each step learns from: every epoch all rows once, in an order that only seed and epoch decide. The step's number is the whole cursor.</summary>
public sealed class RowOrder(int rows, int rowsAStep, long seed)
{
    private (int Epoch, int[] Order)? shuffled;

    public int StepsAnEpoch { get; } = (rows + rowsAStep - 1) / rowsAStep;

    /// <summary>Numbers of rows.</summary>
    /// <param name="step">From 1.</param>
    public IReadOnlyList<int> At(int step)
    {
        var (epoch, at) = Math.DivRem(step - 1, StepsAnEpoch);
        if (shuffled?.Epoch != epoch) { shuffled = (epoch, Shuffle(epoch)); }
        return shuffled.Value.Order[(at * rowsAStep)..Math.Min(rows, (at + 1) * rowsAStep)];
    }

    private int[] Shuffle(int epoch)
    {
        var order = Enumerable.Range(0, rows).ToArray();
        var random = RandomStream.At(seed, RandomStream.Purpose.Order, epoch);
        for (var i = rows - 1; i > 0; i--)
        {
            var other = random.NextBelow(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }
}
