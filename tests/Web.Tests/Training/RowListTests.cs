using Platform.Web.Features.Datasets;

namespace Platform.Web.Tests.Training;

public sealed class RowListTests
{
    /// <summary>An edited row may fit the filter no more: the one behind it stands in its place then.</summary>
    [Fact]
    public void The_row_behind_an_edited_one_comes_next_whether_that_is_still_shown_or_not()
    {
        Guid[] rows = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        Assert.Equal(2, RowList.Next(rows, rows, rows[1]));
        Assert.Equal(1, RowList.Next(rows, [rows[0], rows[2]], rows[1]));
        Assert.Null(RowList.Next(rows, [rows[0], rows[1]], rows[2]));
        Assert.Null(RowList.Next(rows, rows, rows[2]));
        Assert.Null(RowList.Next([], rows, Guid.NewGuid()));
    }
}
