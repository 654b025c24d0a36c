namespace Platform.Retrieval.Reading;

/// <summary>Whether a row names the columns; in doubt, what is likelier.</summary>
public enum HeadGuess { No, RatherNo, RatherYes, Yes }

/// <summary>Judges the first row of a table by what stands below it: names stand over values, and a row of values over its like.</summary>
public static class TableHead
{
    /// <summary>Rows below the first that are looked at.</summary>
    public const int RowsBelow = 20;

    private const int LongestName = 60, Columns = 100, ManyYears = 3;

    /// <summary>Of the first row, by the rows that follow. Rows need not be of one length.</summary>
    public static HeadGuess Of(IReadOnlyList<IReadOnlyList<string>> rows) => Judge(rows).Guess;

    /// <param name="rows">At least one.</param>
    /// <returns>What the first row is, and whether its names stand over values or count on, which rows of words alone do not show.</returns>
    internal static (HeadGuess Guess, bool IsShown) Judge(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (rows[0].Any(cell => cell.Length > LongestName)) return (HeadGuess.No, false);
        HeadCell[] head = [.. rows[0].Take(Columns).Select(HeadCell.Of)];
        // A head may stand again on every page.
        List<HeadCell[]> below = [.. rows.Skip(1).Take(RowsBelow).Where(row => !row.SequenceEqual(rows[0])).Select(row => row.Take(Columns).Select(HeadCell.Of).ToArray())];
        HeadColumn[] columns = [.. Enumerable.Range(0, below.Append(head).Max(row => row.Length)).Select(i => new HeadColumn(i < head.Length ? head[i] : HeadCell.Of(""), [.. below.Where(row => i < row.Length && row[i].Kind != HeadCellKind.Empty).Select(row => row[i])]))];
        return Judge(columns);
    }

    private static (HeadGuess Guess, bool IsShown) Judge(HeadColumn[] columns)
    {
        var named = columns.Where(column => column.Head.Kind != HeadCellKind.Empty).ToList();
        if (named.Count == 0) return (HeadGuess.No, false);
        if (columns.All(column => column.Below.Count == 0)) return (named.Count > 1 && named.TrueForAll(column => column.Head.Kind == HeadCellKind.Word) ? HeadGuess.Yes : HeadGuess.No, false);

        var overValues = named.Count(column => column.IsNameOverValues);
        var alike = named.Where(column => column.IsLikeBelow).ToList();
        var periods = named.Where(column => column.Head.Kind is HeadCellKind.Year or HeadCellKind.Date && !column.IsLikeBelow).ToList();
        var counts = CountsOn(periods) || CodesCountOn(named.Except(alike));
        if (Numbers(named, overValues, counts, alike.Count > 0) is { } byNumbers) return (byNumbers, false);
        if (alike.Count > 0) return (Alike(named, alike, periods.Count > 0, overValues + (counts ? 1 : 0)), false);
        if (overValues == 0 && !counts) return (periods.Count > 0 ? LonePeriods(periods) : Words(columns, named), false);
        var hasWords = named.Exists(column => column.Head.Kind is HeadCellKind.Word or HeadCellKind.Coded) || columns[0].HoldsWords;
        return (hasWords && named.Count * 2 >= columns.Length ? HeadGuess.Yes : HeadGuess.RatherYes, true);
    }

    /// <summary>A number among the first cells: a value as a rule, and a name only where numbers count on over what are none. Null where there is none.</summary>
    private static HeadGuess? Numbers(List<HeadColumn> named, int overValues, bool counts, bool isLike)
    {
        var numbers = named.Where(column => column.Head.Kind == HeadCellKind.Number).ToList();
        if (numbers.Count == 0) return null;
        var steps = AreSteps(numbers);
        if (steps && numbers.TrueForAll(column => column.HoldsWords) && !isLike) return HeadGuess.RatherYes;
        return overValues > 0 || counts || (steps && numbers.Count >= ManyYears && numbers.Count < named.Count) ? HeadGuess.RatherNo : HeadGuess.No;
    }

    /// <summary>Some stand over their like, which speaks against a head; more signs for one, or years that count on while not all stand over years, outweigh it.</summary>
    private static HeadGuess Alike(List<HeadColumn> named, List<HeadColumn> alike, bool hasOthers, int signs)
    {
        var counts = CountsOn(named);
        if (signs > alike.Count || (counts && hasOthers)) return HeadGuess.RatherYes;
        return signs > 0 || (counts && alike.Count >= ManyYears) ? HeadGuess.RatherNo : HeadGuess.No;
    }

    /// <summary>Years or dates that do not count on. One that could be a value like those below, or is a round number, is one rather.</summary>
    private static HeadGuess LonePeriods(List<HeadColumn> periods) =>
        periods.TrueForAll(column => column.Head.Kind == HeadCellKind.Year && (column.Head.Value % 50 == 0 || column.IsAmongValues)) ? HeadGuess.RatherNo : HeadGuess.RatherYes;

    /// <summary>Words over words name columns, unless they come again below, or among themselves, or there are hardly any.</summary>
    private static HeadGuess Words(HeadColumn[] columns, List<HeadColumn> named)
    {
        if (columns.Length == 1) return HeadGuess.No;
        var repeated = named.Count(column => column.Below.Any(cell => cell.Text == column.Head.Text));
        var isRow = repeated > 0 && repeated * 3 >= named.Count;
        return isRow || named.Count == 1 || named.Count * 2 < columns.Length || named.DistinctBy(column => column.Head.Text).Count() < named.Count ? HeadGuess.RatherNo : HeadGuess.Yes;
    }

    /// <summary>Years that rise or fall from column to column; two do where they are neighbours. Or dates, all different.</summary>
    private static bool CountsOn(List<HeadColumn> periods)
    {
        List<double> years = [.. periods.Where(column => column.Head.Kind == HeadCellKind.Year).Select(column => column.Head.Value)];
        List<double> steps = [.. years.Zip(years.Skip(1), (one, next) => next - one)];
        if (steps.Count > 0) return (steps.TrueForAll(step => step > 0) || steps.TrueForAll(step => step < 0)) && (years.Count >= ManyYears || Math.Abs(steps[0]) == 1);
        List<string> dates = [.. periods.Where(column => column.Head.Kind == HeadCellKind.Date).Select(column => column.Head.Text)];
        return dates.Count > 1 && dates.Distinct(StringComparer.Ordinal).Count() == dates.Count;
    }

    private static bool CodesCountOn(IEnumerable<HeadColumn> columns) =>
        columns.Where(column => column.Head.Kind == HeadCellKind.Coded).GroupBy(column => column.Head.Stem, StringComparer.Ordinal).Any(codes => codes.DistinctBy(column => column.Head.Text).Skip(1).Any());

    private static bool AreSteps(List<HeadColumn> numbers)
    {
        if (numbers.Count < 2) return false;
        var step = numbers[1].Head.Value - numbers[0].Head.Value;
        return step != 0 && numbers.Zip(numbers.Skip(1)).All(pair => pair.Second.Head.Value - pair.First.Head.Value == step);
    }

    /// <summary>A cell of the first row with those below it that are not empty.</summary>
    private sealed record HeadColumn(HeadCell Head, IReadOnlyList<HeadCell> Below)
    {
        public bool HoldsWords => Below.Any() && Below.Count(cell => cell.IsMeasure) * 2 < Below.Count;

        /// <summary>A word or a code over what are mostly numbers or dates.</summary>
        public bool IsNameOverValues => Head.Kind is HeadCellKind.Word or HeadCellKind.Coded && !IsLikeBelow && Below.Any() && !HoldsWords;

        /// <summary>A code, date or year over mostly such.</summary>
        public bool IsLikeBelow => Head.Kind is HeadCellKind.Coded or HeadCellKind.Date or HeadCellKind.Year && Below.Any()
            && Below.Count(cell => cell.Kind == Head.Kind && cell.Shape == Head.Shape) * 2 >= Below.Count;

        /// <summary>A number not below the least and not above the greatest under it.</summary>
        public bool IsAmongValues => Below.Select(cell => cell.Value).Where(double.IsFinite).ToList() is { Count: > 0 } values && Head.Value >= values.Min() && Head.Value <= values.Max();
    }
}
