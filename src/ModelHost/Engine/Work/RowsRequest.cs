namespace Platform.ModelHost.Engine.Work;

/// <summary>An adapter to be set beside its base on rows.</summary>
/// <param name="Owner">Who the memory is promised to.</param>
/// <param name="ModelId">The base.</param>
/// <param name="Adapter">Of the registry, for that base.</param>
public sealed record RowsRequest(string Owner, string ModelId, string Adapter, IReadOnlyList<MeasuredRow> Rows);

/// <summary>A row in the base's tokens, as it is served.</summary>
/// <param name="Tokens">At least two.</param>
/// <param name="Weights">How much foretelling each token counts, 0 or more; the first never does. Null counts all others once.</param>
public sealed record MeasuredRow(int[] Tokens, int[]? Weights);

/// <summary>How a row is foretold.</summary>
/// <param name="BaseLoss">The mean surprise of what counts, in nats, without the adapter.</param>
/// <param name="Loss">The same with it.</param>
/// <param name="Weight">Of all that counts.</param>
public sealed record RowLoss(double BaseLoss, double Loss, double Weight);
