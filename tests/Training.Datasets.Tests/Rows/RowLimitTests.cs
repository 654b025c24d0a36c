using Platform.Training.Rows;

namespace Platform.Training.Datasets.Tests.Rows;

/// <summary>How long a row may be where a job names no number.</summary>
public sealed class RowLimitTests
{
    [Theory]
    [InlineData(RowKind.Dialogue, 32_768, 2_048)] // whatever it was loaded with
    [InlineData(RowKind.Preference, 1_024, 1_024)]
    [InlineData(RowKind.Dialogue, 0, 2_048)] // no model tells
    [InlineData(RowKind.Text, 1_024, null)] // cut into pieces
    public void A_row_has_the_limit_of_a_job_with_its_usual_settings(RowKind kind, int trained, int? limit) => Assert.Equal(limit, RowLimit.Of(kind, trained));
}
