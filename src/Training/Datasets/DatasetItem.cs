using Platform.Training.Datasets.Curation;
using Platform.Training.Rows;

namespace Platform.Training.Datasets;

/// <summary>A row of a dataset.</summary>
/// <param name="Ordinal">Order of arrival, from 1.</param>
/// <param name="Tokens">Estimated.</param>
/// <param name="Source">Shown to people: a file's name and line, a document's name and page.</param>
/// <param name="Span">Where in a document, or in which conversation, it comes from; null for imported rows.</param>
public sealed record DatasetItem(Guid Id, int Ordinal, TrainingRow Row, RowStatus Status, IReadOnlyList<QualityConcern> Concerns, int Tokens, string Source, RowOrigin? Span, DateTimeOffset UpdatedAt);

/// <summary>Where a row was made from.</summary>
/// <param name="DocumentId">Null where it is from a conversation.</param>
/// <param name="Start">First character of the span in the document's text, and one past the last in <paramref name="End"/>.</param>
/// <param name="Quote">The text of the span.</param>
/// <param name="RunId">The run whose answer was judged; null where it is from a document.</param>
public sealed record RowOrigin(Guid? DocumentId = null, Guid? BaseId = null, int? DocumentVersion = null, int Start = 0, int End = 0, string Quote = "", Guid? RunId = null)
{
    /// <summary>The other place of a row that says something of two; null for most rows.</summary>
    public RowOrigin? Second { get; init; }

    /// <summary>The same with other words in its quotes.</summary>
    public RowOrigin Map(Func<string, string> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with { Quote = change(Quote), Second = Second?.Map(change) };
    }
}

/// <summary>Which rows of a dataset to show.</summary>
/// <param name="Text">Words that stand in the row one after the other, large or small letters; empty for all.</param>
/// <param name="Skip">Rows to leave out at the beginning.</param>
/// <param name="Take">Most rows to give, 1 to 500.</param>
public sealed record ItemQuery(string Text = "", RowStatus? Status = null, QualityConcern? Concern = null, int Skip = 0, int Take = 50);

/// <param name="Total">Rows that the query finds in all.</param>
public sealed record ItemPage(IReadOnlyList<DatasetItem> Items, int Total);
