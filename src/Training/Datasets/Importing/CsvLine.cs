namespace Platform.Training.Datasets.Importing;

/// <summary>Writes cells as a line of CSV (RFC 4180).</summary>
internal static class CsvLine
{
    public static string Of(IReadOnlyList<string> cells) => string.Join(',', cells.Select(cell => cell.AsSpan().ContainsAny(",\"\r\n") || cell != cell.Trim() ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell));
}
