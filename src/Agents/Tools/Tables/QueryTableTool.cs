using System.Globalization;
using System.Text;
using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Tables;

/// <summary>Reads the sheets of the agent's bases with SQL. The query is the citation: whoever reads the answer can judge what was asked of the table.</summary>
internal sealed class QueryTableTool(TableShelf shelf, QueryProcesses processes, TimeSpan limit, long maxBytes) : BuiltInTool, IDisposable
{
    private const int MostShown = 30, RoomForShown = 11_000, MostNamed = 200, MostUnread = 10;

    private readonly SemaphoreSlim room = new(2);

    public override string Name => ToolNames.QueryTable;

    internal override string DescriptionIn(AnswerLanguage language) => ToolTexts.In(language).QueryTable;

    private protected override string SchemaIn(AnswerLanguage language) => $$"""
        {"type":"object","additionalProperties":false,"properties":{
          "sql":{"type":"string","minLength":1,"maxLength":4000,"description":{{Json(ToolTexts.In(language).QuerySql)}} } } }
        """;

    public override ToolGroup Group => ToolGroup.Knowledge;

    public override ToolEffects Effects => ToolEffects.Reads;

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var texts = ToolTexts.In(scope.Language);
        var shelved = await shelf.ListAsync(scope.Caller, scope.BaseIds, cancellation);
        if (shelved.All.Count == 0)
            return ToolOutcome.Failed(texts.NoTable + Unread(shelved, texts), ToolFailure.NoTables);
        if (!arguments.TryGetProperty("sql", out var given))
            return List(shelved, texts);
        var sql = given.GetString()!;
        await room.WaitAsync(cancellation);
        try
        {
            return await QueryAsync(sql, shelved, scope, cancellation);
        }
        catch (TableQueryException over)
        {
            return ToolOutcome.Failed(over.Says(texts), ToolFailure.QueryRefused);
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

    /// <summary>Reads the tables that the query names and has it answered.</summary>
    private async Task<ToolOutcome> QueryAsync(string sql, ShelfTables shelved, ToolScope scope, CancellationToken cancellation)
    {
        var texts = ToolTexts.In(scope.Language);
        var tables = await shelf.ReadAsync(scope.Caller, [.. shelved.All.Where(table => table.IsNamedIn(sql))], cancellation);
        QueryOrder order = new(sql, [.. tables.Select(read => new QueriedTable(read.Table.Name, read.Rows.Columns, read.Rows.Rows))], limit.TotalSeconds, maxBytes);
        var answer = await processes.AskAsync(order, cancellation);
        if (answer.Result is { } result)
            return Told(sql, tables, result, answer, scope);
        return ToolOutcome.Failed(answer.Fault switch
        {
            QueryFault.TooLong => texts.QueryTooLong(limit.TotalSeconds),
            QueryFault.TooMuch => texts.QueryTooMuch(maxBytes),
            QueryFault.TooLarge => texts.QueryTooLarge,
            QueryFault.NoSelect => texts.NoSelect,
            QueryFault.MoreThanOne => texts.OneStatement,
            _ => texts.QueryWrong(Reason(answer.Words), string.Join(", ", shelved.All.Take(MostShown).Select(table => table.Name)), shelved.All.Count > MostShown) + Meant(answer.Words, tables, texts) + string.Concat(tables.Select(read => Shape(read.Table, texts))) + Unread(shelved, texts),
        }, ToolFailure.QueryRefused);
    }

    private static ToolOutcome Told(string sql, IReadOnlyList<(ShelfTable Table, SheetTable Rows)> tables, TableResult result, QueryAnswer answer, ToolScope scope)
    {
        var texts = ToolTexts.In(scope.Language);
        var shown = Rows(result);
        List<Citation> citations = [.. tables.Select(read => read.Table).Where(table => result.TablesRead.Contains(table.Name)).Select(table => scope.Numbers.Number(Cite(table, sql.Trim(), shown)))];
        StringBuilder text = new();
        var numbers = string.Join(", ", citations.Select(citation => citation.N.ToString(CultureInfo.InvariantCulture)));
        text.Append(texts.OfQuery(numbers, texts.Rows(result.Rows.Count))).Append('\n');
        Append(text, shown);
        if (result.HasMore)
            text.Append(texts.MoreRows(TableDatabase.MaxRows));
        foreach (var table in tables.Select(read => read.Table).Where(table => result.TablesRead.Contains(table.Name)))
            text.Append(Shape(table, texts));
        foreach (var column in answer.Mixed.Where(column => result.TablesRead.Contains(column.Table) && ShelfTable.IsNamed(column.Name, sql)))
            text.Append('\n').Append(texts.MixedCells($"{column.Table}.{column.Name}", column.Numbers, column.Texts));
        foreach (var column in answer.Commas.Where(column => result.TablesRead.Contains(column.Table) && ShelfTable.IsNamed(column.Name, sql)))
            text.Append('\n').Append(texts.CommaRead($"{column.Table}.{column.Name}", column.Cell, column.Value));
        return ToolOutcome.Of(text.ToString(), JsonSerializer.SerializeToElement(new { sql, columns = result.Columns, rows = result.Rows, more = result.HasMore }), citations) with { IsEmpty = result.Rows.Count == 0 };
    }

    /// <summary>The first ones with their columns and first rows, the others by name: all can be queried.</summary>
    private static ToolOutcome List(ShelfTables shelved, ToolTexts texts)
    {
        StringBuilder text = new();
        var shown = 0;
        for (; shown < shelved.All.Count && shown < MostShown && text.Length < RoomForShown; shown++)
        {
            var (table, outline) = (shelved.All[shown], shelved.All[shown].Outline);
            text.Append(texts.TableHead(table.Name, texts.Rows(outline.Rows), UntrustedText.NameForPrompt(table.Document.Name))).Append('\n');
            Append(text, string.Join('\n', [string.Join(" | ", outline.Columns), .. outline.First.Select(row => string.Join(" | ", row))]));
            if (Shape(table, texts) is { Length: > 0 } shape)
                text.Append(shape.AsSpan(1)).Append('\n');
        }
        if (shown < shelved.All.Count)
            text.Append(texts.FurtherTables(string.Join(", ", shelved.All.Skip(shown).Take(MostNamed).Select(table => table.Name)), Math.Max(0, shelved.All.Count - shown - MostNamed)));
        text.Append(Unread(shelved, texts));
        return ToolOutcome.Of(text.ToString(), JsonSerializer.SerializeToElement(shelved.All.Select(table => new { name = table.Name, document = table.Document.Name, columns = table.Outline.Columns, rows = table.Outline.Rows })));
    }

    /// <summary>Where a column is not there, those that are, each table on a line of its own.</summary>
    private static string Meant(string words, IReadOnlyList<(ShelfTable Table, SheetTable Rows)> tables, ToolTexts texts) =>
        string.Concat(UnknownColumn.Meant(words, [.. tables.Select(read => read.Table)]).Select(meant => "\n" + texts.ColumnsOf(meant.Table, string.Join(", ", meant.Columns), meant.More)));

    /// <summary>What a table may be besides what it is taken for, and what of it is not there, each on a line of its own.</summary>
    private static string Shape(ShelfTable table, ToolTexts texts)
    {
        var (outline, columns) = (table.Outline, table.Outline.Columns.Count);
        var doubt = outline.Doubt switch
        {
            HeadDoubt.RowMayBeHead => "\n" + texts.RowMayBeHead(table.Name),
            HeadDoubt.HeadMayBeRow => "\n" + texts.HeadMayBeRow(table.Name),
            _ => "",
        };
        return outline.ColumnsLeftOut == 0 ? doubt : doubt + "\n" + texts.ColumnsLeftOut(table.Name, columns, columns + outline.ColumnsLeftOut);
    }

    private static string Unread(ShelfTables shelved, ToolTexts texts) => shelved.Unread.Count == 0 ? ""
        : texts.Unread(string.Join(", ", shelved.Unread.Take(MostUnread).Select(name => $"\"{UntrustedText.NameForPrompt(name)}\"")), Math.Max(0, shelved.Unread.Count - MostUnread));

    private static Citation Cite(ShelfTable table, string sql, string rows) => new(
        0, table.Document.Id, table.Document.BaseId, table.Document.Name, table.Document.MediaType, table.Document.Version, Guid.Empty, table.Outline.Sheet,
        table.Outline.Page, 0, 0, sql, rows, 0, [], 1, Verdict.Verbatim, 0, 0);

    private static string Rows(TableResult result) => string.Join('\n', [string.Join(" | ", result.Columns), .. result.Rows.Select(row => string.Join(" | ", row))]);

    private static void Append(StringBuilder text, string rows)
    {
        foreach (var line in UntrustedText.ForPrompt(rows).Split('\n'))
            text.Append("> ").Append(line).Append('\n');
    }

    /// <summary>SQLite's own words, which name the table or the place.</summary>
    private static string Reason(string message)
    {
        var (from, to) = (message.IndexOf('\'', StringComparison.Ordinal), message.LastIndexOf('\''));
        var words = from >= 0 && to > from ? message[(from + 1)..to] : message;
        return words.Length <= 200 ? words.TrimEnd('.') + "." : words[..200] + "….";
    }
}
