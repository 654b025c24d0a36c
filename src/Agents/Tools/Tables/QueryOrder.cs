using System.Text.Json.Serialization;

namespace Platform.Agents.Tools.Tables;

/// <summary>A query as the process that answers it is told it.</summary>
/// <param name="Seconds">That it may take, its planning included.</param>
/// <param name="Bytes">Of memory that it may take, the tables not counted.</param>
internal sealed record QueryOrder(string Sql, IReadOnlyList<QueriedTable> Tables, double Seconds, long Bytes);

/// <summary>A table under the name by which it is asked.</summary>
internal sealed record QueriedTable(string Name, IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows);

/// <summary>Why a query has no answer.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QueryFault>))]
internal enum QueryFault { Wrong, TooLong, TooMuch, TooLarge, NoSelect, MoreThanOne }

/// <summary>What a query came to: rows, or why there are none.</summary>
/// <param name="Words">SQLite's own where the query is wrong.</param>
internal sealed record QueryAnswer(TableResult? Result = null, QueryFault? Fault = null, string Words = "")
{
    /// <summary>Columns in which not every cell that says something is a number, and some are.</summary>
    public IReadOnlyList<MixedColumn> Mixed { get; init; } = [];

    /// <summary>Columns in which a comma is read as the decimal sign, each with a cell and what was made of it: 1,2 could as well be a pair.</summary>
    public IReadOnlyList<CommaColumn> Commas { get; init; } = [];
}
