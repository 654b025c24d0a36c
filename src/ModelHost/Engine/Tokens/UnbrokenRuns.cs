namespace Platform.ModelHost.Engine.Tokens;

/// <summary>
/// Cuts long unbroken runs of a text. llama.cpp splits a text into words by regular expressions that recurse once a character of a match (std::regex, where a model's splitter
/// is not written by hand): a run of some ten thousand letters, spaces or signs overruns the stack and ends the process.
/// </summary>
internal static class UnbrokenRuns
{
    /// <summary>Characters that a run may have. No splitter of the libraries takes 400 bytes of stack for one, and a match joins two runs at most.</summary>
    internal const int Most = 1_000;

    private const int Window = Most / 2;

    /// <summary>Where the text is cut, in order; nowhere where no run is longer than <see cref="Most"/>.</summary>
    /// <param name="text">The text. Untrusted.</param>
    /// <param name="marks">Texts that are tokens of their own, which no cut may tear.</param>
    internal static List<int> Cuts(string text, Func<IReadOnlyList<string>> marks)
    {
        var cuts = new List<int>();
        if (text.Length <= Most) { return cuts; }
        var (solid, blank, words) = (0, 0, 0); // where the run began that the place before belongs to
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAscii(c) && char.IsWhiteSpace(c)) { solid = i + 1; }
            if (!char.IsWhiteSpace(c) && c != '/') { blank = i + 1; } // some splitters take slashes along with the ends of lines
            if (char.IsAscii(c) && !char.IsAsciiLetter(c) && c != ' ') { words = i + 1; } // and one takes words with the spaces between them
            var start = Math.Min(solid, Math.Min(blank, words));
            if (i - start < Most) { continue; }
            var cut = Whole(text, start, Place(text, start, i), marks());
            cuts.Add(cut);
            (solid, blank, words) = (Math.Max(solid, cut), Math.Max(blank, cut), Math.Max(words, cut));
        }
        return cuts;
    }

    /// <summary>Before the last sign or space that follows a letter, where every splitter ends a word and tokens stay what they are; else at the end.</summary>
    private static int Place(string text, int start, int end)
    {
        for (var i = end; i > Math.Max(start, end - Window); i--)
        {
            if (char.IsLetter(text[i - 1]) && (char.IsPunctuation(text[i]) ? text[i] is not ('\'' or '’') : text[i] == ' ' && i + 1 < text.Length && char.IsLetter(text[i + 1]))) { return i; }
        }
        return char.IsLowSurrogate(text[end]) && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
    }

    /// <summary>The place, or the beginning of the mark that it would tear.</summary>
    private static int Whole(string text, int start, int place, IReadOnlyList<string> marks)
    {
        var whole = place;
        foreach (var mark in marks)
        {
            var from = Math.Max(start + 1, place - mark.Length + 1);
            var near = text.AsSpan(from, Math.Min(text.Length, place + mark.Length - 1) - from);
            if (near.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at && from + at < whole) { whole = from + at; }
        }
        return whole;
    }
}
