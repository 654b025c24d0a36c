using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Platform.Retrieval.Index.Embedded;

/// <summary>What was counted in one state of the index; a question's terms are counted for the search and again for the relevance.</summary>
internal sealed class WordCounts
{
    private readonly ConcurrentDictionary<string, long> _holding = new();
    private long _passages = -1;

    /// <summary>How many passages there are, and how many hold each term.</summary>
    public async Task<TermCounts> CountAsync(SqliteConnection connection, IReadOnlyCollection<string> terms, CancellationToken cancellation)
    {
        await using SqliteCommand command = connection.CreateCommand();
        if (Volatile.Read(ref _passages) < 0)
        {
            command.CommandText = "SELECT count(*) FROM words_docsize"; // FTS5's own table of lengths: far smaller than the one with the texts
            Volatile.Write(ref _passages, (long)(await command.ExecuteScalarAsync(cancellation))!);
        }

        command.CommandText = "SELECT doc FROM word_counts WHERE term = $term";
        SqliteParameter term = command.Parameters.Add("$term", SqliteType.Text);
        Dictionary<string, long> holding = [];
        foreach (string asked in terms)
        {
            if (!_holding.TryGetValue(asked, out long count))
            {
                term.Value = asked;
                _holding[asked] = count = await command.ExecuteScalarAsync(cancellation) as long? ?? 0;
            }

            if (count > 0)
            {
                holding[asked] = count;
            }
        }

        return new TermCounts(Volatile.Read(ref _passages), holding);
    }
}
