using System.Globalization;
using Microsoft.Data.Sqlite;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Index.Embedded;

/// <summary>BM25 over the terms of heading and text, by SQLite's FTS5.</summary>
internal sealed class LexicalIndex
{
    /// <summary>More terms than this (a pasted page as a question) are cut to the first ones.</summary>
    private const int MostTerms = 64;

    /// <summary>Scoring is what costs time. When a question's terms stand in more passages than this, only passages that hold one of its rarer terms are scored.</summary>
    private const int FewPassages = 5000;

    private volatile WordCounts _counts = new();

    /// <summary>What was counted since the last write. Take it before the read begins: what an older snapshot counts is then kept where nobody looks any more once a write has come in between.</summary>
    public WordCounts Counts => _counts;

    /// <summary>Rows with their score, larger better, best first.</summary>
    public static async Task<List<(long Row, double Score)>> SearchAsync(SqliteConnection connection, WordCounts counts, string query, RowFilter filter, int top, CancellationToken cancellation)
    {
        string[] terms = [.. QueryTerms.ContentOf(query).Distinct().Take(MostTerms)];
        List<(long, double)> found = [];
        if (terms.Length == 0 || filter.FindsNothing)
        {
            return found;
        }

        (string match, int times) = Match((await counts.CountAsync(connection, terms, cancellation)).Holding, Math.Max(FewPassages, 4 * top));
        if (match.Length == 0)
        {
            return found;
        }

        await using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // only numbers are put into the text
        command.CommandText = $"SELECT rowid, bm25(words) AS score FROM words WHERE words MATCH $match AND {Where(filter)} ORDER BY score, rowid LIMIT $top";
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$match", match);
        command.Parameters.AddWithValue("$top", top);
        await using SqliteDataReader row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            found.Add((row.GetInt64(0), -row.GetDouble(1) / times));
        }

        return found;
    }

    /// <summary>Called after every write: counts have changed.</summary>
    public void Forget() => _counts = new WordCounts();

    /// <summary>What is indexed of a passage.</summary>
    public static string TermsOf(Chunking.Passage passage) => string.Join(' ', QueryTerms.Of($"{passage.Heading}\n{passage.Text}"));

    /// <summary>
    /// The full-text query, and how many times over it counts each term. With common terms it is (rare …) AND (rare … OR common … twice): the first part says which passages
    /// are scored, and as every term is then named twice, the score is exactly twice BM25.
    /// </summary>
    private static (string Match, int Times) Match(IReadOnlyDictionary<string, long> holding, int few)
    {
        string[] terms = [.. holding.OrderBy(h => h.Value).ThenBy(h => h.Key, StringComparer.Ordinal).Select(h => h.Key)];
        long passages = 0;
        int rare = terms.TakeWhile((term, i) => (passages += holding[term]) <= few || i == 0).Count();
        return rare == terms.Length ? (AnyOf(terms), 1) : ($"({AnyOf(terms[..rare])}) AND ({AnyOf([.. terms, .. terms[rare..]])})", 2);
    }

    private static string AnyOf(IEnumerable<string> terms) => string.Join(" OR ", terms.Select(term => $"\"{term.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));

    private static string Where(RowFilter filter)
    {
        IReadOnlySet<long> parts = filter.Documents ?? filter.Bases;
        int shift = filter.Documents is null ? PassageRow.BaseShift : PassageRow.DocumentShift;
        FormattableString where = $"rowid BETWEEN {parts.Min() << shift} AND {((parts.Max() + 1) << shift) - 1} AND (rowid >> {shift}) IN ({string.Join(',', parts)})";
        return where.ToString(CultureInfo.InvariantCulture);
    }
}
