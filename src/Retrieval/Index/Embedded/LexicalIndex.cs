using System.Globalization;
using Microsoft.Data.Sqlite;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Index.Embedded;

/// <summary>BM25 over the terms of heading and text, by SQLite's FTS5.</summary>
internal static class LexicalIndex
{
    /// <summary>More terms than this (a pasted page as a question) are cut to the first ones.</summary>
    private const int MostTerms = 64;

    /// <summary>Rows with their score, larger better, best first.</summary>
    public static async Task<List<(long Row, double Score)>> SearchAsync(SqliteConnection connection, string query, RowFilter filter, int top, CancellationToken cancellation)
    {
        IReadOnlyList<string> content = QueryTerms.ContentOf(query);
        string[] terms = [.. (content.Count > 0 ? content : QueryTerms.Of(query)).Distinct().Take(MostTerms)];
        List<(long, double)> found = [];
        if (terms.Length == 0 || filter.FindsNothing)
        {
            return found;
        }

        await using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // only numbers are put into the text
        command.CommandText = $"SELECT rowid, bm25(words) AS score FROM words WHERE words MATCH $match AND {Where(filter)} ORDER BY score, rowid LIMIT $top";
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$match", string.Join(" OR ", terms.Select(Quoted)));
        command.Parameters.AddWithValue("$top", top);
        await using SqliteDataReader row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            found.Add((row.GetInt64(0), -row.GetDouble(1)));
        }

        return found;
    }

    /// <summary>How many passages hold each term.</summary>
    public static async Task<TermCounts> CountAsync(SqliteConnection connection, IReadOnlyCollection<string> terms, CancellationToken cancellation)
    {
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM passages";
        long passages = (long)(await command.ExecuteScalarAsync(cancellation))!;
        command.CommandText = "SELECT doc FROM word_counts WHERE term = $term";
        SqliteParameter term = command.Parameters.Add("$term", SqliteType.Text);
        Dictionary<string, long> holding = [];
        foreach (string asked in terms)
        {
            term.Value = asked;
            if (await command.ExecuteScalarAsync(cancellation) is long count and > 0)
            {
                holding[asked] = count;
            }
        }

        return new TermCounts(passages, holding);
    }

    /// <summary>What is indexed of a passage.</summary>
    public static string TermsOf(Chunking.Passage passage) => string.Join(' ', QueryTerms.Of($"{passage.Heading}\n{passage.Text}"));

    private static string Quoted(string term) => $"\"{term.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Where(RowFilter filter)
    {
        IReadOnlySet<long> parts = filter.Documents ?? filter.Bases;
        int shift = filter.Documents is null ? PassageRow.BaseShift : PassageRow.DocumentShift;
        FormattableString where = $"rowid BETWEEN {parts.Min() << shift} AND {((parts.Max() + 1) << shift) - 1} AND (rowid >> {shift}) IN ({string.Join(',', parts)})";
        return where.ToString(CultureInfo.InvariantCulture);
    }
}
