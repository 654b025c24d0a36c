using Platform.Training.Rows;

namespace Platform.Training.Datasets.Importing;

/// <summary>A row of a file that was not taken.</summary>
/// <param name="Line">Of the file, from 1; of a JSON array the place of the item, of a sheet the row.</param>
/// <param name="Field">Path in the row, such as messages[2].role; empty for the row itself.</param>
/// <param name="Values">What words of another language need besides the field; see <see cref="RowException.Values"/>.</param>
/// <param name="Raw">The row as it stands in the file, so that it can be put right; of a table a line of CSV.</param>
public sealed record RowFault(int Line, string Code, string Field, string Message, IReadOnlyList<string> Values, string Raw);

/// <param name="Added">Rows that are there now and wait for approval.</param>
/// <param name="Repeated">Rows that were there already, word for word, or stand twice in the file.</param>
/// <param name="Faults">The first <see cref="DatasetImport.MaxFaults"/> rows that were not taken, of <see cref="DatasetImport.MaxFaultTexts"/> characters together.</param>
/// <param name="Faulty">Rows that were not taken, all of them.</param>
/// <param name="Heads">Of a table the line of CSV above its rows; null where the file is no table.</param>
public sealed record ImportReport(int Added, int Repeated, IReadOnlyList<RowFault> Faults, int Faulty, string? Heads = null)
{
    /// <summary>The rows that were not taken as a file that can be put right and sent again.</summary>
    public string BadRows => string.Concat((Heads is null ? Faults.Select(fault => fault.Raw) : Faults.Select(fault => fault.Raw).Prepend(Heads)).Select(line => line + "\n"));
}

/// <summary>What a file looks like before it is taken in.</summary>
/// <param name="Columns">Heads of a table's columns; empty where the file is no table.</param>
/// <param name="Mapping">What each column is taken for; null where the file is no table.</param>
/// <param name="Rows">The first rows as they would be taken, with the first faults beside them.</param>
/// <param name="LeftOut">Names of a workbook's sheets that have rows and are not read: their columns are others than those of the first.</param>
public sealed record ImportPreview(IReadOnlyList<string> Columns, ColumnMapping? Mapping, IReadOnlyList<TrainingRow> Rows, IReadOnlyList<RowFault> Faults, IReadOnlyList<string> LeftOut);
