namespace Platform.Training.Learning;

/// <summary>How steps are computed; none of it changes what is learned.</summary>
/// <param name="MicroBatchTokens">Tokens that are computed at once, padding included.</param>
/// <param name="Recompute">Keeps only each layer's input and computes the rest again on the way back.</param>
public sealed record LearningOptions(int MicroBatchTokens, bool Recompute);
