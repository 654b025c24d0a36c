using System.Security.Cryptography;
using System.Text;

namespace Platform.Training.Datasets.Curation;

/// <summary>Where a row goes when a version is frozen. Neither: what it says stands on both sides.</summary>
public enum RowSide { Learned, HeldBack, Neither }

/// <summary>Which rows are held back for evaluation. Rows of one source go to one side together: a split by row lets a model be asked what it has read.</summary>
public static class RowSplit
{
    /// <summary>The same in each language by itself, so that what is measured by is of the languages that are learned. A language of one source is learned whole; where every language is, they are taken as one.
    /// Where documents are too few or too unequal for the share, they are parted by their sections (<see cref="RowPlace"/>): rows of one section go to one side together, and one that says what sections of both sides say goes to neither.</summary>
    /// <param name="sources">Of each row, as of <see cref="RowPlace"/>.</param>
    /// <param name="languages">Of each row.</param>
    /// <inheritdoc cref="HeldBack(IReadOnlyList{string}, double, long)"/>
    public static RowSide[] Sides(IReadOnlyList<string> sources, IReadOnlyList<string> languages, double share, long seed)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(languages);
        RowPlace[] places = [.. sources.Select(RowPlace.Of)];
        var usual = places.Zip(languages).GroupBy(row => row.First.Source, row => row.Second, StringComparer.Ordinal).ToDictionary(source => source.Key, source => source.CountBy(language => language).MaxBy(language => language.Value).Key, StringComparer.Ordinal);
        var sides = new RowSide[places.Length];
        foreach (var rows in Enumerable.Range(0, places.Length).GroupBy(row => usual[places[row].Source]).Select(language => language.ToArray()))
            foreach (var (at, side) in Sides([.. rows.Select(row => places[row])], share, seed).Index())
                sides[rows[at]] = side;
        return sides.Contains(RowSide.HeldBack) ? sides : Sides(places, share, seed);
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

    private static RowSide[] Sides(RowPlace[] places, double share, long seed)
    {
        var bySource = HeldBack([.. places.Select(place => place.Source)], share, seed);
        if (share == 0 || IsFair(places, bySource, share))
            return [.. bySource.Select(held => held ? RowSide.HeldBack : RowSide.Learned)];
        // A source of which one row does not say where it stands stays in one piece.
        var whole = places.Where(place => place.Parts.Count == 0).Select(place => place.Source).ToHashSet(StringComparer.Ordinal);
        RowPlace[] parted = [.. places.Select(place => whole.Contains(place.Source) ? place with { Parts = [place.Source] } : place)];
        var byPart = HeldBack([.. parted.Select(place => place.Parts[0])], share, seed);
        var heldParts = parted.Zip(byPart).Where(row => row.Second).Select(row => row.First.Parts[0]).ToHashSet(StringComparer.Ordinal);
        return [.. parted.Select(place => place.Parts.Count(heldParts.Contains) switch
        {
            0 => RowSide.Learned,
            var held when held == place.Parts.Count => RowSide.HeldBack,
            _ => RowSide.Neither,
        })];
    }

    // Several sources, and about as many rows as were asked for: what is measured by is not the one document that happened to be drawn.
    private static bool IsFair(RowPlace[] places, bool[] held, double share)
    {
        var (rows, wanted) = (held.Count(row => row), share * places.Length);
        return Math.Abs(rows - wanted) <= Math.Max(1, wanted / 2) && places.Zip(held).Where(row => row.Second).DistinctBy(row => row.First.Source).Count() > 1;
    }

    private static string Order(string source, long seed) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{source}")));
}
