using Platform.Training.Rows;

namespace Platform.Training.Datasets.Importing;

/// <summary>What a column of a table holds. Stored nowhere.</summary>
public enum ColumnRole { Ignored, Question, Input, Answer, System, Chosen, Rejected, Text }

/// <summary>What each column of a table is taken for, in the order of the columns.</summary>
public sealed record ColumnMapping(IReadOnlyList<ColumnRole> Roles)
{
    private static readonly (ColumnRole Role, string[] Heads)[] Known =
    [
        (ColumnRole.Rejected, ["rejected", "rejected response", "worse", "拒绝", "较差回答"]),
        (ColumnRole.Chosen, ["chosen", "chosen response", "preferred", "better", "选择", "较好回答"]),
        (ColumnRole.System, ["system", "system prompt", "系统", "系统提示"]),
        (ColumnRole.Question, ["question", "prompt", "instruction", "query", "user", "问题", "提问", "指令", "问"]),
        (ColumnRole.Input, ["input", "context", "输入", "上下文"]),
        (ColumnRole.Answer, ["answer", "output", "completion", "response", "assistant", "reply", "答案", "回答", "输出", "答"]),
        (ColumnRole.Text, ["text", "content", "文本", "内容", "正文"]),
    ];

    /// <summary>By the heads of the columns; each role once. A head that says nothing is left out.</summary>
    public static ColumnMapping Guess(IReadOnlyList<string> heads)
    {
        ArgumentNullException.ThrowIfNull(heads);
        var roles = new ColumnRole[heads.Count];
        foreach (var (role, names) in Known)
        {
            var column = Enumerable.Range(0, heads.Count).FirstOrDefault(at => roles[at] == ColumnRole.Ignored && names.Contains(heads[at].Trim().ToLowerInvariant()), -1);
            if (column >= 0) roles[column] = role;
        }
        return new(roles);
    }

    /// <summary>The kind of rows that the roles make; null where they make none.</summary>
    public RowKind? Kind =>
        Has(ColumnRole.Question) && Has(ColumnRole.Chosen) && Has(ColumnRole.Rejected) ? RowKind.Preference
        : Has(ColumnRole.Question) && Has(ColumnRole.Answer) ? RowKind.Dialogue
        : Has(ColumnRole.Text) ? RowKind.Text : null;

    /// <summary>The row that the cells say. RowException missing_field where a cell that it needs is empty, too_many_cells where there are more than columns.</summary>
    public TrainingRow RowOf(IReadOnlyList<string> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Skip(Roles.Count).Any(cell => cell.Trim().Length > 0))
            throw new RowException("too_many_cells", "", $"The row has {cells.Count} cells, and the table {Roles.Count} columns. Put a cell that holds the mark between cells, or a line's end, in quotes.");
        string Cell(ColumnRole role) => Enumerable.Range(0, Math.Min(Roles.Count, cells.Count)).Where(at => Roles[at] == role).Select(at => cells[at].Trim()).FirstOrDefault("");
        string Needed(ColumnRole role) => Cell(role) is { Length: > 0 } text ? text : throw new RowException("missing_field", role.ToString().ToLowerInvariant(), $"The cell of the column for '{role.ToString().ToLowerInvariant()}' is empty.");
        var (asked, input) = (Cell(ColumnRole.Question), Cell(ColumnRole.Input));
        Turn[] turns = [.. Cell(ColumnRole.System) is { Length: > 0 } system ? [new Turn(TurnRole.System, system)] : Array.Empty<Turn>(), new(TurnRole.User, input.Length == 0 ? asked : $"{asked}\n{input}")];
        var row = Kind switch
        {
            RowKind.Preference => TrainingRow.Preference(Asked(turns), Needed(ColumnRole.Chosen), Needed(ColumnRole.Rejected)),
            RowKind.Dialogue => new(RowKind.Dialogue, [.. Asked(turns), new(TurnRole.Assistant, Needed(ColumnRole.Answer))]),
            RowKind.Text => TrainingRow.OfText(Needed(ColumnRole.Text)),
            _ => throw new RowException("unknown_format", "", "No columns are chosen that make a row: a question with an answer, a question with a chosen and a rejected answer, or a text."),
        };
        return RowReader.Read(RowWriter.Write(row)); // the rules of what may be learned from are the reader's

        Turn[] Asked(Turn[] all) => asked.Length > 0 ? all : throw new RowException("missing_field", "question", "The cell of the column for 'question' is empty.");
    }

    private bool Has(ColumnRole role) => Roles.Contains(role);
}
