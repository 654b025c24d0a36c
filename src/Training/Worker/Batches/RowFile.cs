using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Training.Batches;

/// <summary>Reads rows of JSON, one a line, and says which line is bad. The file is untrusted.</summary>
public static class RowFile
{
    private const int LongestLine = 16 << 20, MostRows = 1_000_000;

    /// <summary>Rows <c>{"id", "tokens", "weights"}</c>; without weights each token counts 1.</summary>
    /// <param name="vocabulary">Tokens of the model.</param>
    /// <param name="mostTokens">That are computed of a row.</param>
    /// <exception cref="TrainingException">A row is bad; the message names it.</exception>
    public static List<Example> Examples(string path, int vocabulary, int mostTokens) =>
        [.. Rows(path).Select(r => Example(r).Checked(vocabulary, mostTokens))];

    /// <summary>Rows <c>{"id", "tokens"}</c> of any length, cut so that each token but the first is predicted once.</summary>
    /// <inheritdoc cref="Examples"/>
    public static List<Example> Pieces(string path, int vocabulary, int mostTokens) => [.. Rows(path).SelectMany(r => Cut(Example(r), mostTokens)).Select(e => e.Checked(vocabulary, mostTokens))];

    /// <summary>Rows <c>{"id", "prompt", "chosen", "rejected"}</c>.</summary>
    /// <inheritdoc cref="Examples"/>
    public static List<PreferencePair> Pairs(string path, int vocabulary, int mostTokens) =>
        [.. Rows(path).Select(r => new PreferencePair(Answer(r, r.Row.Chosen, "chosen").Checked(vocabulary, mostTokens), Answer(r, r.Row.Rejected, "rejected").Checked(vocabulary, mostTokens)))];

    private static Example Example((int Line, RowBody Row) read)
    {
        var (line, row) = read;
        if (row.Tokens is null || row.Prompt is not null || row.Chosen is not null || row.Rejected is not null) { throw Refused(line, "needs 'tokens', and neither a prompt nor answers"); }
        return new Example(row.Id ?? $"line {line}", row.Tokens, row.Weights ?? Ones(row.Tokens.Length));
    }

    private static Example Answer((int Line, RowBody Row) read, int[]? answer, string name)
    {
        var (line, row) = read;
        if (row.Prompt is null || answer is null || answer.Length == 0 || row.Tokens is not null || row.Weights is not null) { throw Refused(line, $"needs 'prompt', 'chosen' and 'rejected', none of the answers empty, and nothing else ('{name}' was looked at)"); }
        return new Example(row.Id ?? $"line {line}", [.. row.Prompt, .. answer], [.. new float[row.Prompt.Length], .. Ones(answer.Length)]);
    }

    private static IEnumerable<Example> Cut(Example text, int mostTokens)
    {
        for (var start = 0; start == 0 || start < text.Tokens.Length - 1; start += mostTokens)
        {
            var end = Math.Min(text.Tokens.Length, start + mostTokens + 1);
            yield return new Example(text.Tokens.Length > mostTokens + 1 ? $"{text.Id} from token {start}" : text.Id, text.Tokens[start..end], text.Weights[start..Math.Min(text.Weights.Length, end)]);
        }
    }

    private static IEnumerable<(int Line, RowBody Row)> Rows(string path)
    {
        if (!File.Exists(path)) { throw new TrainingException(TrainingFault.Data, $"The rows {Path.GetFileName(path)} are not there."); }
        var (number, rows) = (0, 0);
        using var reader = new StreamReader(path);
        while (Line(reader, number + 1) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) { continue; }
            if (++rows > MostRows) { throw Refused(number, $"is one too many: {MostRows} rows are the most"); }
            yield return (number, Parse(line, number));
        }
        if (rows == 0) { throw new TrainingException(TrainingFault.Data, $"The file {Path.GetFileName(path)} has no rows."); }
    }

    /// <summary>The next line, never more of it than may be; null at the end.</summary>
    private static string? Line(StreamReader reader, int number)
    {
        var line = new StringBuilder();
        while (reader.Read() is >= 0 and var character)
        {
            if (character == '\n') { return line.ToString(); }
            if (line.Length == LongestLine) { throw Refused(number, $"has more than {LongestLine} characters"); }
            line.Append((char)character);
        }
        return line.Length > 0 ? line.ToString() : null;
    }

    private static RowBody Parse(string line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, RowJson.Default.RowBody) ?? throw Refused(number, "is null");
        }
        catch (JsonException fault)
        {
            throw new TrainingException(TrainingFault.Data, $"Line {number} cannot be read: {fault.Message}", fault);
        }
    }

    private static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1);
        return ones;
    }

    private static TrainingException Refused(int line, string why) => new(TrainingFault.Data, $"Line {line} {why}.");
}

internal sealed record RowBody(string? Id, int[]? Tokens, float[]? Weights, int[]? Prompt, int[]? Chosen, int[]? Rejected);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RowBody))]
internal sealed partial class RowJson : JsonSerializerContext;
