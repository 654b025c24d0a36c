namespace Platform.Training.Rows;

/// <summary>A row cannot be used. The message says where in it, what stands there, and what is expected.</summary>
/// <param name="code">For programs and translations: not_json, unknown_format, missing_field, wrong_type, wrong_role, no_answer, nothing_asked, empty, too_long, too_many_turns, too_many_cells, unsupported.</param>
/// <param name="field">Path in the row, such as messages[2].role; empty for the row itself.</param>
/// <param name="values">What the words of another language need besides the field: of wrong_type what was found and what is wanted, each a name of <see cref="JsonFields.Kind"/>; of wrong_role the role and those that are taken; of too_long and too_many_turns how many are taken.</param>
public sealed class RowException(string code, string field, string message, params IReadOnlyList<string> values) : Exception(message)
{
    /// <summary>The kinds of JSON that are found and wanted; a text in the row says them as "a number", and a page in its own language.</summary>
    internal const string Object = "object", Array = "array", Text = "text";

    /// <summary>A field, or the row, is of another kind than is wanted.</summary>
    internal static RowException WrongType(string field, string found, string wanted) =>
        new("wrong_type", field, $"{(field.Length > 0 ? field : "The row")} is {JsonFields.Said(found)}; {JsonFields.Said(wanted)} is expected.", found, wanted);

    public string Code { get; } = code;
    public string Field { get; } = field;
    public IReadOnlyList<string> Values { get; } = values;
}
