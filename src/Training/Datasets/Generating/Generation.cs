namespace Platform.Training.Datasets.Generating;

/// <summary>Stored by number: append only.</summary>
public enum GenerationState { Queued, Running, Done, Failed, Cancelled }

/// <summary>Rows being made from documents.</summary>
/// <param name="Done">Rows of the wish that are done with, kept or not.</param>
/// <param name="Made">Rows that were added to the dataset.</param>
/// <param name="Missing">How many rows of the wish were given up, by the reason: those of <see cref="GeneratedItem"/>, and in_dataset where the dataset held the row already. Empty for a job of before.</param>
/// <param name="Error">Why it failed, or what it waits for; null else.</param>
public sealed record Generation(Guid Id, Guid DatasetId, GenerationWish Wish, GenerationState State, int Done, int Made, IReadOnlyDictionary<string, int> Missing, GenerationFault? Error, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);
