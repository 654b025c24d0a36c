namespace Platform.ModelHost.Engine.Tokens.Jinja.Functions;

/// <summary>Finds a text in another. In the worst case that costs the product of both lengths, which steps do not measure: the clock is looked at between pieces.</summary>
internal static class TextSearch
{
    private const int PieceComparisons = 1 << 24; // some milliseconds

    /// <summary>Where the part first stands from a place on; -1 where it does not.</summary>
    internal static int First(Budget budget, string text, string part, int from = 0)
    {
        var piece = Piece(part);
        for (var at = from; at <= text.Length - part.Length; at += piece)
        {
            budget.Clock();
            var found = text.AsSpan(at, (int)Math.Min(piece - 1L + part.Length, text.Length - at)).IndexOf(part);
            if (found >= 0) { return at + found; }
        }
        return -1;
    }

    /// <summary>Where the part last stands before an end; -1 where it does not.</summary>
    internal static int Last(Budget budget, string text, string part, int end)
    {
        var piece = Piece(part);
        for (var stop = end; stop >= part.Length; stop -= piece)
        {
            budget.Clock();
            var from = (int)Math.Max(0, stop - piece + 1L - part.Length);
            var found = text.AsSpan(from, stop - from).LastIndexOf(part);
            if (found >= 0) { return from + found; }
        }
        return -1;
    }

    /// <summary>What stands between the separators, the first so many of them; all below 0. A step for each.</summary>
    internal static List<string> Split(Budget budget, string text, string separator, long most)
    {
        var parts = new List<string>();
        var start = 0;
        for (int at; (most < 0 || parts.Count < most) && (at = First(budget, text, separator, start)) >= 0; start = at + separator.Length)
        {
            budget.Step();
            parts.Add(text[start..at]);
        }
        parts.Add(text[start..]);
        return parts;
    }

    private static int Piece(string part) => PieceComparisons / Math.Max(1, part.Length) + 1;
}
