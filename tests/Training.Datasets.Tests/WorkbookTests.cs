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

    [Fact]
    public async Task Before_a_workbook_is_taken_in_it_is_said_which_sheets_are_not_read()
    {
        await using var here = await Installation.StartAsync();
        var path = here.File("leave.xlsx", "");
        await using (var file = File.Create(path))
        {
            await Workbook.WriteAsync(file, ("Rows", [["question", "answer"], .. Enumerable.Range(1, 3).Select(i => (string[])[$"What is {i}?", $"It is {i}."])]), ("Roster", [["name", "hours"], ["Anna", "38"]]), ("More", [["Question", "Answer"], ["Who?", "Anna."]]), ("Empty", []));
        }
        var preview = await here.Get<DatasetImport>().PreviewAsync(path, "leave.xlsx", null, TestContext.Current.CancellationToken);
        Assert.Equal((4, "Roster"), (preview.Rows.Count, Assert.Single(preview.LeftOut)));
        Assert.Empty(preview.Faults); // nor is it told twice
    }
}
