namespace Platform.Training.Datasets.Generating;

/// <summary>Stored by number: append only.</summary>
public enum GenerationState { Queued, Running, Done, Failed, Cancelled }

/// <summary>Rows being made from documents.</summary>
/// <param name="Done">Rows of the wish that are done with, kept or not.</param>
/// <param name="Made">Rows that were added to the dataset.</param>
/// <param name="Dropped">Rows that did not hold.</param>
/// <param name="Error">Why it failed, or what it waits for; null else.</param>
public sealed record Generation(Guid Id, Guid DatasetId, GenerationWish Wish, GenerationState State, int Done, int Made, int Dropped, GenerationFault? Error, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);
