using System.Text;
using System.Text.Json.Serialization;
using Platform.Training.Rows;
using Platform.Training.Rows.Similarity;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>A line of a training file, or an item of one that is a JSON array.</summary>
/// <param name="Number">From 1.</param>
/// <param name="IsPlain">Plain text, and no JSON.</param>
/// <param name="File">Id of the file, where a job has several.</param>
/// <param name="IsItem">Of a JSON array, whose place counts in the stead of lines.</param>
internal readonly record struct RowLine(int Number, string Text, bool IsPlain = false, string? File = null, bool IsItem = false)
{
    /// <summary>What the rows that it becomes are called after.</summary>
    [JsonIgnore]
    public string Id => FormattableString.Invariant($"{(File is null ? "" : File + " ")}{(IsItem ? "item" : "line")} {Number}");

    /// <summary>What it is compared with others by; nothing where it is no row.</summary>
    [JsonIgnore]
    public RowParts Parts
    {
        get
        {
            try
            {
                return Read().Parts;
            }
            catch (RowException)
            {
                return new RowParts("");
            }
        }
    }

    /// <exception cref="RowException">It is none that can be learned from.</exception>
    public TrainingRow Read() => IsPlain ? TrainingRow.OfText(Text) : RowReader.Read(Text);
}

/// <summary>Reads a training file line by line, never more of it than may be. A file that begins as a JSON array is read item by item; one that does not begin as JSON is plain text, whose paragraphs are gathered to rows.</summary>
internal static class RowLines
{
    private const int LongestLine = 4 << 20, MostRows = 1_000_000, StartCharacters = 4_096;

    /// <param name="name">That the file came under.</param>
    /// <param name="tokens">About how many a row of a plain text is to have.</param>
    /// <exception cref="RowFault">A line is too long, there are too many, or it is no text in UTF-8.</exception>
    public static IEnumerable<RowLine> Read(string path, string name = "", int tokens = TextPieces.UsualTokens)
    {
        using var reader = new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        var rows = 0;
        foreach (var line in Start(path, name) switch { '{' => Lines(reader), '[' => ArrayItems.Read(number => Sign(reader, "item", number), LongestLine), _ => Paragraphs(reader, tokens) })
        {
            yield return ++rows <= MostRows ? line : throw new RowFault($"The file has more than {MostRows:N0} rows.");
        }
    }

    /// <summary>What the first row is; null where it is none, or there is none: that is told with the others.</summary>
    public static RowKind? FirstKind(string path, string name)
    {
        try
        {
            return Read(path, name).Select(line => (RowKind?)line.Read().Kind).FirstOrDefault();
        }
        catch (Exception bad) when (bad is RowFault or RowException)
        {
            return null;
        }
    }

    /// <summary>Whether a file has columns, which nobody here is asked about: a table by its name, and no JSON.</summary>
    public static bool IsTable(string path, string name) => TextPieces.IsTable(name) && Start(path, name) is not ('{' or '[');

    /// <summary>The first visible sign of a file of JSON; 0 of a plain text.</summary>
    private static char Start(string path, string name)
    {
        using var file = new StreamReader(path); // a damaged sign shows when the lines are read
        var buffer = new char[StartCharacters];
        for (int read; (read = file.ReadBlock(buffer)) > 0;)
        {
            if (new string(buffer, 0, read).TrimStart() is { Length: > 0 } start)
            {
                return TextPieces.IsText(name, start) ? default : start[0];
            }
        }

        return default;
    }

    private static IEnumerable<RowLine> Lines(StreamReader reader)
    {
        for (var number = 1; Line(reader, number) is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return new RowLine(number, line);
            }
        }
    }

    private static IEnumerable<RowLine> Paragraphs(StreamReader reader, int tokens)
    {
        var pieces = new TextPieces(tokens);
        for (var number = 1; Line(reader, number) is { } line; number++)
        {
            if (pieces.Add(line) is { } piece)
            {
                yield return Whole(piece);
            }
        }

        if (pieces.End() is { } last)
        {
            yield return Whole(last);
        }

        static RowLine Whole((int Line, string Text) piece) => new(piece.Line, piece.Text, IsPlain: true);
    }

    private static string? Line(StreamReader reader, int number)
    {
        var line = new StringBuilder();
        while (Sign(reader, "line", number) is >= 0 and var sign)
        {
            if (sign == '\n')
            {
                return line.ToString();
            }

            if (line.Length == LongestLine)
            {
                throw new RowFault($"Line {number} has more than {LongestLine:N0} characters.");
            }

            line.Append((char)sign);
        }

        return line.Length > 0 ? line.ToString() : null;
    }

    private static int Sign(StreamReader reader, string place, int number)
    {
        try
        {
            return reader.Read() is not 0 and var sign ? sign : throw new RowFault($"The file is no text: it holds a zero byte, near {place} {number}.");
        }
        catch (DecoderFallbackException)
        {
            throw new RowFault($"The file is not written in UTF-8, near {place} {number}.");
        }
    }
}
