namespace Platform.Training.Learning;

/// <summary>How well each row is known.</summary>
public sealed record Evaluation(IReadOnlyList<RowLoss> Rows)
{
    /// <summary>The mean loss, each row by its weight.</summary>
    public double Mean => Rows.Sum(r => r.Loss * r.Weight) / Rows.Sum(r => r.Weight);

    /// <summary>Of pairs: the mean of β · margin, by how much more than the base chosen answers are preferred; null of texts.</summary>
    public double? RewardMargin { get; init; }

    /// <summary>Of pairs: the share whose chosen answer is preferred more than by the base, 0 to 1, one that is preferred alike counting half; null of texts.</summary>
    public double? PreferenceAccuracy { get; init; }
}

/// <summary>The loss of one row.</summary>
/// <param name="Id">What messages call the row.</param>
/// <param name="Weight">Of the row in the mean: the sum of its tokens' weights, or 1 for a pair.</param>
public sealed record RowLoss(string Id, double Loss, double Weight);
