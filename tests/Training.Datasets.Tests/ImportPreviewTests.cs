using Platform.Training.Datasets.Importing;

namespace Platform.Training.Datasets.Tests;

public sealed class ImportPreviewTests
{
    [Fact]
    public async Task A_file_that_begins_with_bad_rows_shows_the_good_ones_after_them()
    {
        await using var here = await Installation.StartAsync();
        var bad = string.Concat(Enumerable.Repeat("{\"question\":\"\"}\n", 200));
        var good = string.Concat(Enumerable.Range(1, 7).Select(i => $"{{\"question\":\"What is {i}?\",\"answer\":\"It is {i}.\"}}\n"));
        var preview = await here.Get<DatasetImport>().PreviewAsync(here.File("rows.jsonl", bad + good), "rows.jsonl", null, TestContext.Current.CancellationToken);
        Assert.Equal((5, 5), (preview.Rows.Count, preview.Faults.Count));
        Assert.Equal("It is 1.", preview.Rows[0].Reply);
    }
}
