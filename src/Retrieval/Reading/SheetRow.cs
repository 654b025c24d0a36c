namespace Platform.Retrieval.Reading;

/// <summary>A row of a table.</summary>
/// <param name="Line">Of a text the line that it begins in, of a sheet its place among the rows; from 1.</param>
/// <param name="Cells">As they stand, empty ones too.</param>
public sealed record SheetRow(int Line, IReadOnlyList<string> Cells);
