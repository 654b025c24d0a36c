using Platform.Training.Graph;

namespace Platform.Training.Learning;

/// <summary>What is learned of a job's rows.</summary>
public interface IObjective
{
    int Rows { get; }

    /// <summary>What messages call a row.</summary>
    string IdOf(int row);

    /// <summary>Adds the gradient of rows' loss to the adapter's.</summary>
    /// <param name="rows">Numbers of rows; the loss is their mean.</param>
    /// <param name="stepNumber">From 1: decides what dropout drops.</param>
    /// <param name="lossScale">What the gradient is multiplied by.</param>
    /// <param name="pause">Called between micro-batches; may wait, or throw to give the step up.</param>
    /// <returns>The loss, which need not be finite, and the tokens that were read.</returns>
    (double Loss, long Tokens) Learn(IReadOnlyList<int> rows, int stepNumber, float lossScale, Action pause);

    /// <summary>The loss of every row without dropout; nothing is changed.</summary>
    /// <param name="tested">The adapter, or null for the base model alone.</param>
    /// <param name="pause">As above.</param>
    Evaluation Evaluate(LoraWeights? tested, Action pause);

    /// <summary>The tokens of the first row, to compare answers with.</summary>
    IReadOnlyList<int> Sample { get; }

    /// <summary>The shapes of the batches that rows make, for a forecast.</summary>
    IEnumerable<Bucket> Shapes(IReadOnlyList<int> rows);

    /// <summary>Tokens, without padding, of one pass over all rows.</summary>
    long Tokens { get; }
}
