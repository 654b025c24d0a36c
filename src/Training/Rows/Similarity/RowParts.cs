namespace Platform.Training.Rows.Similarity;

/// <summary>A row as it is compared with others. Each part counts by itself: a long one that many rows have in common, such as instructions, does not hide that the others differ, nor the other way round.</summary>
/// <param name="Exchange">What people and the assistant say.</param>
/// <param name="System">What the system says, often a document that is asked about.</param>
/// <param name="Acts">What is called with, and what tools answer.</param>
public sealed record RowParts(string Exchange, string System = "", string Acts = "");
