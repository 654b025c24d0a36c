namespace Platform.Retrieval.Reading;

/// <summary>Writes the rows of one table. What the first one is, those below it show, so the first few are held until they are known.</summary>
internal sealed class TableRows(DocumentText document)
{
    private const int MostTitles = 5;

    private readonly List<string[]> _held = [];
    private bool _isBegun;

    /// <summary>Adds a row; one without a visible cell is left out.</summary>
    /// <param name="isHead">The file says that it names the columns, which counts for the first one.</param>
    public void Add(IReadOnlyList<string> cells, bool isHead = false)
    {
        if (_isBegun || (isHead && _held.Count == 0))
        {
            _isBegun |= TableText.AddRow(document, cells, isHead && !_isBegun);
            return;
        }
        string[] seen = [.. cells.Select(VisibleText.Line)];
        if (Array.FindLastIndex(seen, cell => cell.Length > 0) is var last && last < 0) return;
        _held.Add(seen[..(last + 1)]);
        if (_held.Count > MostTitles + TableHead.RowsBelow) End();
    }

    /// <summary>Writes what is held: the table has ended.</summary>
    public void End()
    {
        if (_held.Count == 0) return;
        var head = Head();
        for (var i = 0; i < _held.Count; i++) TableText.AddRow(document, _held[i], i == head);
        _held.Clear();
        _isBegun = true;
    }

    /// <summary>Which row is the head; null for none. Lines over a table, each in a cell alone, stand before it where it is sure.</summary>
    private int? Head()
    {
        var titles = _held.TakeWhile(row => row.Count(cell => cell.Length > 0) == 1).Count();
        if (titles is > 0 and <= MostTitles && titles + 1 < _held.Count)
        {
            var (guess, isShown) = TableHead.Judge(_held[titles..]);
            if (guess == HeadGuess.Yes && (isShown || _held[titles].Length > 2)) return titles;
        }
        return TableHead.Of(_held) >= HeadGuess.RatherYes ? 0 : null;
    }
}
