using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Tables;

/// <summary>Reads the sheets of the agent's bases with SQL. The query is the citation: whoever reads the answer can judge what was asked of the table.</summary>
internal sealed class QueryTableTool(TableShelf shelf, TimeSpan limit, long maxBytes, TimeProvider time) : AgentTool, IDisposable
{
    private const int MostShown = 30, RoomForShown = 11_000, MostNamed = 200, MostUnread = 10;

    private readonly SemaphoreSlim room = new(2);

    public override string Name => ToolNames.QueryTable;

    public override string Description => "Calculates over tables (Excel, CSV) with one SQLite SELECT. Without sql it lists the tables with their columns and first rows: do that first.";

    internal override string DescriptionIn(AnswerLanguage language) =>
        language == AnswerLanguage.Chinese ? "用一条 SQLite SELECT 语句对表格（Excel、CSV）进行计算。不写 sql 时列出各表及其列和前几行：请先这样做。" : Description;

    public override JsonElement Parameters { get; } = JsonElement.Parse("""
        {"type":"object","additionalProperties":false,"properties":{
          "sql":{"type":"string","minLength":1,"maxLength":4000,"description":"SELECT … FROM a listed table"}}}
        """);

    public override ToolEffects Effects => ToolEffects.Reads;

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var shelved = await shelf.ListAsync(scope.Caller, scope.BaseIds, cancellation);
        if (shelved.All.Count == 0)
            return ToolOutcome.Failed($"The knowledge bases hold no table (Excel or CSV). Use search_documents.{Unread(shelved)}", ToolFailure.NoTables);
        if (!arguments.TryGetProperty("sql", out var given))
            return List(shelved);
        var sql = given.GetString()!;
        await room.WaitAsync(cancellation);
        try
        {
            var named = await shelf.ReadAsync(scope.Caller, [.. shelved.All.Where(table => table.IsNamedIn(sql))], cancellation);
            return await Task.Run(() => Query(sql, named, scope, cancellation), cancellation);
        }
        catch (TableQueryException over)
        {
            return ToolOutcome.Failed(over.Message, ToolFailure.QueryRefused);
        }
        catch (SqliteException wrong)
        {
            return ToolOutcome.Failed($"The query cannot be run: {Reason(wrong)} Only one SELECT over these tables is allowed: {string.Join(", ", shelved.All.Take(MostShown).Select(table => table.Name))}{(shelved.All.Count > MostShown ? " and others (call it without sql)" : "")}.{Unread(shelved)}", ToolFailure.QueryRefused);
        }
        finally
        {
            room.Release();
        }
    }

    public void Dispose()
    {
        room.Dispose();
        shelf.Dispose();
    }

    private ToolOutcome Query(string sql, IReadOnlyList<(ShelfTable Table, SheetTable Rows)> tables, ToolScope scope, CancellationToken cancellation)
    {
        using TableDatabase database = new(tables.Select(read => (read.Table.Name, read.Rows)), cancellation);
        var result = database.Query(sql, limit, maxBytes, time, cancellation);
        var shown = Rows(result);
        List<Citation> citations = [.. tables.Select(read => read.Table).Where(table => result.TablesRead.Contains(table.Name)).Select(table => scope.Numbers.Number(Cite(table, sql.Trim(), shown)))];
        StringBuilder text = new();
        var numbers = string.Join(", ", citations.Select(citation => citation.N.ToString(CultureInfo.InvariantCulture)));
        var source = numbers.Length == 0 ? "The query reads no table, so there is nothing to cite;" : $"Passage {numbers},";
        text.Append(CultureInfo.InvariantCulture, $"{source} {Counted(result.Rows.Count)} of the query:\n");
        Append(text, shown);
        if (result.HasMore)
            text.Append(CultureInfo.InvariantCulture, $"There are more than {TableDatabase.MaxRows} rows; ask for fewer with WHERE, GROUP BY or LIMIT.");
        foreach (var column in database.Mixed.Where(column => result.TablesRead.Contains(column.Table) && ShelfTable.IsNamed(column.Name, sql)))
            text.Append(CultureInfo.InvariantCulture, $"\nIn {column.Table}.{column.Name} {column.Numbers} cells are numbers and {column.Texts} are texts: what is summed or compared over it may be wrong. Look at the texts with typeof(), and say so.");
        foreach (var column in database.Commas.Where(column => result.TablesRead.Contains(column.Table) && ShelfTable.IsNamed(column.Name, sql)))
            text.Append(CultureInfo.InvariantCulture, $"\nIn {column.Table}.{column.Name} a comma is read as the decimal sign: {column.Cell} is {column.Value}.");
        return ToolOutcome.Of(text.ToString(), JsonSerializer.SerializeToElement(new { sql, columns = result.Columns, rows = result.Rows, more = result.HasMore }), citations) with { IsEmpty = result.Rows.Count == 0 };
    }

    /// <summary>The first ones with their columns and first rows, the others by name: all can be queried.</summary>
    private static ToolOutcome List(ShelfTables shelved)
    {
        StringBuilder text = new();
        var shown = 0;
        for (; shown < shelved.All.Count && shown < MostShown && text.Length < RoomForShown; shown++)
        {
            var (table, outline) = (shelved.All[shown], shelved.All[shown].Outline);
            text.Append(CultureInfo.InvariantCulture, $"Table {table.Name} ({Counted(outline.Rows)}, of \"{UntrustedText.NameForPrompt(table.Document.Name)}\"):\n");
            Append(text, string.Join('\n', [string.Join(" | ", outline.Columns), .. outline.First.Select(row => string.Join(" | ", row))]));
        }
        if (shown < shelved.All.Count)
        {
            text.Append(CultureInfo.InvariantCulture, $"Further tables; see what one holds with SELECT * FROM it LIMIT 2: {string.Join(", ", shelved.All.Skip(shown).Take(MostNamed).Select(table => table.Name))}");
            text.Append(shelved.All.Count - shown > MostNamed ? string.Create(CultureInfo.InvariantCulture, $" and {shelved.All.Count - shown - MostNamed:N0} more.") : ".");
        }
        text.Append(Unread(shelved));
        return ToolOutcome.Of(text.ToString(), JsonSerializer.SerializeToElement(shelved.All.Select(table => new { name = table.Name, document = table.Document.Name, columns = table.Outline.Columns, rows = table.Outline.Rows })));
    }

    private static string Unread(ShelfTables shelved) => shelved.Unread.Count == 0 ? ""
        : string.Create(CultureInfo.InvariantCulture, $"\nNot among them, since they cannot be read now: {string.Join(", ", shelved.Unread.Take(MostUnread).Select(name => $"\"{UntrustedText.NameForPrompt(name)}\""))}{(shelved.Unread.Count > MostUnread ? $" and {shelved.Unread.Count - MostUnread:N0} more" : "")}.");

    private static Citation Cite(ShelfTable table, string sql, string rows) => new(
        0, table.Document.Id, table.Document.BaseId, table.Document.Name, table.Document.MediaType, table.Document.Version, Guid.Empty, table.Outline.Sheet,
        table.Outline.Page, 0, 0, sql, rows, 0, [], 1, Verdict.Verbatim, 0, 0);

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
