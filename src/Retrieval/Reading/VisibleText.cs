using System.Text;

namespace Platform.Retrieval.Reading;

/// <summary>Leaves in a text what a reader can see: no control characters, no zero-width or direction-changing ones (text that a person cannot see must not reach the model), no lone surrogates.</summary>
internal static class VisibleText
{
    /// <summary>One line: every run of white space becomes one space; trimmed.</summary>
    public static string Line(string text) => Clean(text, keepLines: false);

    /// <summary>Lines and indentation are kept; ends of lines are \n; blank lines at both ends go.</summary>
    public static string Lines(string text) => Clean(text, keepLines: true);

    private static string Clean(string text, bool keepLines)
    {
        var clean = new StringBuilder(text.Length);
        var pending = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is > ' ' and < '\u007F')
            {
                if (pending && clean.Length > 0) clean.Append(' ');
                pending = false;
                clean.Append(c);
                continue;
            }
            if (keepLines && (c is ' ' or '\t')) { clean.Append(c); continue; }
            if (keepLines && c is '\n' or '\r')
            {
                if (c == '\r' && i + 1 < text.Length && text[i + 1] == '\n') continue;
                while (clean.Length > 0 && clean[^1] is ' ' or '\t') clean.Length--;
                clean.Append('\n');
                continue;
            }
            if (char.IsWhiteSpace(c)) { pending = true; if (keepLines) { clean.Append(' '); pending = false; } continue; }
            if (IsInvisible(text, i)) { if (char.IsHighSurrogate(c)) i++; continue; }
            if (pending && clean.Length > 0) clean.Append(' ');
            pending = false;
            if (!char.IsSurrogate(c)) clean.Append(c);
            else if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1])) clean.Append(c).Append(text[++i]);
            else clean.Append('\uFFFD');
        }
        return keepLines ? clean.ToString().Trim('\n').TrimEnd() : clean.ToString();
    }

    private static bool IsInvisible(string text, int at)
    {
        var c = text[at];
        return char.IsControl(c)
            || c is '\u00AD' or '\u200B' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u206F') or '\uFEFF' or '\u180E' or '\uFFFE' or '\uFFFF'
            || (c == '\uDB40' && at + 1 < text.Length && text[at + 1] is >= '\uDC00' and <= '\uDC7F'); // tag characters spell hidden text
    }
}
