using Platform.Retrieval.Reading;
using Platform.Training.Datasets.Importing;

namespace Platform.Training.Datasets.Tests;

/// <summary>Workbooks of several sheets.</summary>
public sealed class WorkbookTests
{
    [Fact]
    public void Sheets_with_other_columns_than_the_first_are_named_and_left_out()
    {
        TableSheet[] sheets =
        [
            new("Cover", []),
            new("2025", [new(1, ["question", "answer"]), new(2, ["How many days?", "There are 25 days."])]),
            new("Notes", [new(1, ["answer", "question"]), new(2, ["There are 30 days.", "How many days?"])]),
            new("2026", [new(3, ["Question", "Answer"]), new(4, ["How many days?", "There are 26 days."])]),
        ];
        var rows = RowSource.OfTable(sheets, ColumnMapping.Guess(sheets[1].Rows[0].Cells)).ToList();
        Assert.Equal([("2025", 2, "There are 25 days."), ("Notes", 1, null), ("2026", 4, "There are 26 days.")], rows.Select(row => (row.Sheet, row.Line, row.Row?.Reply)));
        Assert.Equal(("other_columns", "Notes"), (rows[1].Fault!.Code, rows[1].Fault!.Field));
    }
}
