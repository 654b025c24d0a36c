using Platform.Retrieval.Documents;

namespace Platform.Agents.Tools.Tables;

/// <summary>A table that a query can name, without its rows. Untrusted.</summary>
/// <param name="Place">Which table of its document it is, from 0.</param>
/// <param name="Name">Unique among all that a caller may query.</param>
internal sealed record ShelfTable(DocumentInfo Document, int Place, string Name, SheetOutline Outline)
{
    /// <summary>Whether a query names it. What else holds the name by chance, a text or a column, does no harm.</summary>
    public bool IsNamedIn(string sql) => IsNamed(Name, sql);

    /// <summary>Whether a name stands in a query as a word of its own.</summary>
    public static bool IsNamed(string name, string sql)
    {
        for (var at = sql.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = sql.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if ((at == 0 || !IsOfName(sql[at - 1])) && (at + name.Length == sql.Length || !IsOfName(sql[at + name.Length])))
                return true;
        }
        return false;
    }

    private static bool IsOfName(char c) => char.IsLetterOrDigit(c) || c == '_';
}

/// <summary>What is told of a table that nobody has queried yet: its columns, its first rows with their cells cut short, and how many rows there are.</summary>
internal sealed record SheetOutline(string Sheet, int Page, IReadOnlyList<string> Columns, IReadOnlyList<string[]> First, int Rows, int ColumnsLeftOut, HeadDoubt Doubt);

/// <summary>All tables that a caller may query.</summary>
/// <param name="Unread">Names of documents whose tables are not among them: they cannot be read now.</param>
internal sealed record ShelfTables(IReadOnlyList<ShelfTable> All, IReadOnlyList<string> Unread);
