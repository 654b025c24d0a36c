using Platform.Training.Rows;

namespace Platform.Training.Datasets;

/// <summary>A row that is to be added.</summary>
/// <param name="Source">Shown to people, at most 400 characters.</param>
/// <param name="Origin">Rows of one origin are held back together: a document, a conversation; null for a row that stands alone.</param>
public sealed record NewItem(TrainingRow Row, string Source, string? Origin = null, RowOrigin? Span = null);

/// <param name="Added">Rows that are there now.</param>
/// <param name="Repeated">Rows that were there already, word for word.</param>
public sealed record AddedItems(int Added, int Repeated);

/// <param name="Changed">Rows in which something was masked.</param>
/// <param name="Removed">Rows that then said the same as another, and are gone.</param>
/// <param name="Rejected">Of those changed, rows that nothing can be learned from any more, as two answers that are alike now.</param>
public sealed record MaskedItems(int Changed, int Removed, int Rejected = 0);
