using System.Security.Cryptography;
using System.Text;

namespace Platform.Training.Datasets.Curation;

/// <summary>Which rows are held back for evaluation. Rows of one source go to one side together: a split by row lets a model be asked what it has read.</summary>
public static class RowSplit
{
    /// <summary>The same in each language by itself, so that what is measured by is of the languages that are learned. A language of one source is learned whole; where every language is, they are taken as one.</summary>
    /// <param name="languages">Of each row.</param>
    /// <inheritdoc cref="HeldBack(IReadOnlyList{string}, double, long)"/>
    public static bool[] HeldBack(IReadOnlyList<string> sources, IReadOnlyList<string> languages, double share, long seed)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(languages);
        var usual = sources.Zip(languages).GroupBy(row => row.First, row => row.Second, StringComparer.Ordinal).ToDictionary(source => source.Key, source => source.CountBy(language => language).MaxBy(language => language.Value).Key, StringComparer.Ordinal);
        var held = new bool[sources.Count];
        foreach (var rows in Enumerable.Range(0, sources.Count).GroupBy(row => usual[sources[row]]).Select(language => language.ToArray()))
            foreach (var (at, isHeld) in HeldBack([.. rows.Select(row => sources[row])], share, seed).Index())
                held[rows[at]] = isHeld;
        return held.Contains(true) ? held : HeldBack(sources, share, seed);
    }

    /// <summary>Whether each row is held back. The same sources and seed give the same split; about <paramref name="share"/> of the rows, always at least one source and never all of them where there are two.</summary>
    /// <param name="sources">Of each row where it comes from (a document, a conversation), or its own id where it stands alone.</param>
    /// <param name="share">0 to 0.5 of the rows.</param>
    public static bool[] HeldBack(IReadOnlyList<string> sources, double share, long seed)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 0.5);
        var held = new bool[sources.Count];
        var groups = sources.Select((source, place) => (source, place)).GroupBy(row => row.source, row => row.place, StringComparer.Ordinal)
            .OrderBy(group => Order(group.Key, seed), StringComparer.Ordinal).Select(group => group.ToArray()).ToArray();
        if (share == 0 || groups.Length < 2)
            return held;
        var wanted = share * sources.Count;
        var taken = 0;
        for (var i = 0; i < groups.Length - 1 && taken < wanted; i++)
        {
            // A source that overshoots by more than it brings nearer stays, unless nothing was held back yet and it is the last that could be.
            var better = Math.Abs(taken + groups[i].Length - wanted) < Math.Abs(taken - wanted);
            if (!better && !(taken == 0 && i == groups.Length - 2))
                continue;
            foreach (var place in groups[i]) held[place] = true;
            taken += groups[i].Length;
        }
        return held;
    }

    private static string Order(string source, long seed) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{source}")));
}
