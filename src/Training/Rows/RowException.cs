namespace Platform.Training.Rows;

/// <summary>A row cannot be used. The message says where in it, what stands there, and what is expected.</summary>
/// <param name="code">For programs and translations: not_json, unknown_format, missing_field, wrong_type, wrong_role, no_answer, nothing_asked, empty, too_long, too_many_turns, too_many_cells, unsupported.</param>
/// <param name="field">Path in the row, such as messages[2].role; empty for the row itself.</param>
public sealed class RowException(string code, string field, string message) : Exception(message)
{
    public string Code { get; } = code;
    public string Field { get; } = field;
}
