namespace Platform.Retrieval.Reading;

/// <summary>Cuts a row of a table into its cells: readers part them by a tab, or by " | ".</summary>
public static class TableCells
{
    /// <summary>Whether a line reads as a row of several cells.</summary>
    public static bool IsRow(string line) => line.Contains('\t', StringComparison.Ordinal) || line.Contains(TableText.Separator, StringComparison.Ordinal);

    /// <summary>Spans of the cells in the document's text; at least one.</summary>
    public static IEnumerable<(int From, int To)> Of(string text, int start, int end)
    {
        var row = text[start..end];
        var separator = row.Contains('\t', StringComparison.Ordinal) ? "\t" : TableText.Separator;
        var at = 0;
        for (var next = row.IndexOf(separator, StringComparison.Ordinal); next >= 0; next = row.IndexOf(separator, at, StringComparison.Ordinal))
        {
            yield return (start + at, start + next);
            at = next + separator.Length;
        }
        yield return (start + at, end);
    }
}
