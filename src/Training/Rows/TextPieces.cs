using System.Text;
using System.Text.Json;

namespace Platform.Training.Rows;

/// <summary>Gathers the lines of a plain text to rows: an empty line ends one that is long enough, and the end of any line one that is too long to wait for an empty line.</summary>
/// <param name="enough">UTF-16 characters from which an empty line ends a row.</param>
public sealed class TextPieces(int enough)
{
    /// <summary>UTF-16 characters from which every line's end ends a row: a log, or a novel with a paragraph a line, may have no empty lines.</summary>
    public const int Most = 16_384;

    private readonly StringBuilder text = new();
    private int number, first = 1;

    /// <summary>Takes the next line.</summary>
    /// <returns>The row that it ends, with the number of that row's first line; null where none ends.</returns>
    public (int Line, string Text)? Add(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        number++;
        var ended = text.Length >= Most || text.Length >= enough && string.IsNullOrWhiteSpace(line) ? End() : null;
        if (text.Length == 0)
        {
            if (string.IsNullOrWhiteSpace(line)) return ended;
            first = number;
        }
        text.Append(line).Append('\n');
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
