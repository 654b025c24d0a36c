using System.Text;
using System.Text.Json;

namespace Platform.Training.Rows;

/// <summary>
/// Gathers the lines of a plain text to rows of about as many tokens as are learned at once: more would be cut without regard to its paragraphs, and could not be parted into what is learned and what is held out.
/// A row that holds half as many is ended by an empty line, or by a line that does not fit any more: a log, or a novel with a paragraph a line, may have no empty lines. A line is never cut.
/// </summary>
/// <param name="tokens">Of a row, as they are foreseen without a model: four letters are one, and so is one sign of a script without spaces.</param>
public sealed class TextPieces(int tokens = TextPieces.UsualTokens)
{
    /// <summary>Tokens of a text that are learned at once where nobody says otherwise.</summary>
    public const int UsualTokens = 512;

    private const int Letters = 4; // of a token
    private const char FirstOfScripts = '\u2E80'; // from here on a sign is about a token

    private readonly StringBuilder text = new();
    private int number, first = 1;
    private long size; // of the text, in letters

    /// <summary>Takes the next line.</summary>
    /// <returns>The row that it ends, with the number of that row's first line; null where none ends.</returns>
    public (int Line, string Text)? Add(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        number++;
        var (most, added) = ((long)Letters * tokens, line.Sum(sign => sign < FirstOfScripts ? 1L : Letters) + 1);
        var ended = size >= most / 2 && (string.IsNullOrWhiteSpace(line) || size + added > most) ? End() : null;
        if (text.Length == 0)
        {
            if (string.IsNullOrWhiteSpace(line)) return ended;
            first = number;
        }
        text.Append(line).Append('\n');
        size += added;
        return ended;
    }

    /// <summary>Counts a line that cannot be taken.</summary>
    /// <inheritdoc cref="Add" path="/returns"/>
    public (int Line, string Text)? Skip()
    {
        number++;
        return End();
    }

    /// <summary>The last row; null where nothing is left.</summary>
    public (int Line, string Text)? End()
    {
        var whole = text.ToString().Trim();
        text.Clear();
        size = 0;
        return whole.Length == 0 ? null : (first, whole);
    }

    /// <summary>Whether a file is a table by its name: its heads and separators would be learned by heart.</summary>
    public static bool IsTable(string name) => Path.GetExtension(name).ToLowerInvariant() is ".csv" or ".tsv" or ".xlsx" or ".xls" or ".ods";

    /// <summary>Whether a file is plain text by its name, though it begins with a bracket, as "[Chapter 1]" does. One that begins as objects of JSON do is none: nobody wants to learn those by heart.</summary>
    /// <param name="start">How the file begins, without white space before it; some thousand characters are enough.</param>
    public static bool IsText(string name, string start)
    {
        if (Path.GetExtension(name).ToLowerInvariant() is not (".txt" or ".md"))
            return false;
        Utf8JsonReader json = new(Encoding.UTF8.GetBytes(start), isFinalBlock: false, state: default);
        try
        {
            return json.Read() && json.Read() && json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.PropertyName);
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
