using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Tables;

/// <summary>Reads the sheets of the agent's bases with SQL. The query is the citation: whoever reads the answer can judge what was asked of the table.</summary>
internal sealed class QueryTableTool(TableShelf shelf, TimeSpan limit, long maxBytes, TimeProvider time) : AgentTool, IDisposable
{
    private readonly SemaphoreSlim room = new(2);

    public override string Name => "query_table";

    public override string Description => "Calculates over tables (Excel, CSV) with one SQLite SELECT. Without sql it lists the tables with their columns and first rows: do that first.";

    public override JsonElement Parameters { get; } = JsonElement.Parse("""
        {"type":"object","additionalProperties":false,"properties":{
          "sql":{"type":"string","minLength":1,"maxLength":4000,"description":"SELECT … FROM a listed table"}}}
        """);

    public override ToolEffects Effects => ToolEffects.Reads;

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var tables = await shelf.TablesAsync(scope.Caller, scope.BaseIds, cancellation);
        if (tables.Count == 0)
            return ToolOutcome.Failed("The knowledge bases hold no table (Excel or CSV). Use search_documents.");
        if (!arguments.TryGetProperty("sql", out var sql))
            return List(tables);
        await room.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Query(sql.GetString()!, tables, scope, cancellation), cancellation);
        }
        catch (TableQueryException over)
        {
            return ToolOutcome.Failed(over.Message);
        }
        catch (SqliteException wrong)
        {
            return ToolOutcome.Failed($"The query cannot be run: {Reason(wrong)} Only one SELECT over these tables is allowed: {string.Join(", ", tables.Take(20).Select(table => table.Name))}.");
        }
        finally
        {
            room.Release();
        }
    }

    public void Dispose() => room.Dispose();

    private ToolOutcome Query(string sql, IReadOnlyList<SheetTable> tables, ToolScope scope, CancellationToken cancellation)
    {
        // Only what the query names is filled in; what else holds the name by chance does no harm.
        using TableDatabase database = new(tables.Where(table => sql.Contains(table.Name, StringComparison.OrdinalIgnoreCase)), cancellation);
        var result = database.Query(sql, limit, maxBytes, time, cancellation);
        var shown = Rows(result);
        List<Citation> citations = [.. tables.Where(table => result.TablesRead.Contains(table.Name)).Select(table => scope.Numbers.Number(Cite(table, sql.Trim(), shown)))];
        StringBuilder text = new();
        var numbers = string.Join(", ", citations.Select(citation => citation.N.ToString(CultureInfo.InvariantCulture)));
        var source = numbers.Length == 0 ? "The query reads no table, so there is nothing to cite;" : $"Passage {numbers},";
        text.Append(CultureInfo.InvariantCulture, $"{source} {Counted(result.Rows.Count)} of the query:\n");
        Append(text, shown);
        if (result.HasMore)
            text.Append(CultureInfo.InvariantCulture, $"There are more than {TableDatabase.MaxRows} rows; ask for fewer with WHERE, GROUP BY or LIMIT.");
        foreach (var column in database.Mixed.Where(column => result.TablesRead.Contains(column.Table) && sql.Contains(column.Name, StringComparison.OrdinalIgnoreCase)))
            text.Append(CultureInfo.InvariantCulture, $"\nIn {column.Table}.{column.Name} {column.Numbers} cells are numbers and {column.Texts} are texts: what is summed or compared over it may be wrong. Look at the texts with typeof(), and say so.");
        return ToolOutcome.Of(text.ToString(), JsonSerializer.SerializeToElement(new { sql, columns = result.Columns, rows = result.Rows, more = result.HasMore }), citations);
    }

    private static ToolOutcome List(IReadOnlyList<SheetTable> tables)
    {
        StringBuilder text = new();
        foreach (var table in tables)
        {
            text.Append(CultureInfo.InvariantCulture, $"Table {table.Name} ({Counted(table.Rows.Count)}, of \"{UntrustedText.NameForPrompt(table.Document.Name)}\"):\n");
            Append(text, string.Join('\n', [string.Join(" | ", table.Columns), .. table.Rows.Take(2).Select(row => string.Join(" | ", row))]));
        }
        return ToolOutcome.Of(text.ToString(), JsonSerializer.SerializeToElement(tables.Select(table => new { name = table.Name, document = table.Document.Name, columns = table.Columns, rows = table.Rows.Count })));
    }

    private static Citation Cite(SheetTable table, string sql, string rows) => new(
        0, table.Document.Id, table.Document.BaseId, table.Document.Name, table.Document.MediaType, table.Document.Version, Guid.Empty, table.Sheet,
        table.Page, 0, 0, sql, rows, 0, [], 1, Verdict.Verbatim, 0, 0);

    private static string Counted(int rows) => rows == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{rows} rows");

    private static string Rows(TableResult result) => string.Join('\n', [string.Join(" | ", result.Columns), .. result.Rows.Select(row => string.Join(" | ", row))]);

    private static void Append(StringBuilder text, string rows)
    {
        foreach (var line in UntrustedText.ForPrompt(rows).Split('\n'))
            text.Append("> ").Append(line).Append('\n');
    }

    /// <summary>SQLite's own words, which name the table or the place.</summary>
    private static string Reason(SqliteException wrong)
    {
        var (from, to) = (wrong.Message.IndexOf('\'', StringComparison.Ordinal), wrong.Message.LastIndexOf('\''));
        var words = from >= 0 && to > from ? wrong.Message[(from + 1)..to] : wrong.Message;
        return words.Length <= 200 ? words.TrimEnd('.') + "." : words[..200] + "….";
    }
}
