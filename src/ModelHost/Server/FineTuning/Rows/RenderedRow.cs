using System.Globalization;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>A row in token ids, as the trainer reads it (docs/training.md). The names of the fields are the trainer's.</summary>
/// <param name="Id">The line it comes from.</param>
internal sealed record RenderedRow(string Id)
{
    private const string AnswerMark = ", answer ";

    /// <summary>The id of a row that is one answer of several of a line.</summary>
    /// <param name="number">From 1.</param>
    public static string IdOf(string line, int number) => FormattableString.Invariant($"{line}{AnswerMark}{number}");

    public int[]? Tokens { get; init; }

    /// <summary>How much foretelling each token counts; null for each 1.</summary>
    public int[]? Weights { get; init; }

    public int[]? Prompt { get; init; }

    public int[]? Chosen { get; init; }

    public int[]? Rejected { get; init; }

    /// <summary>The line that it comes from, and which of its learned answers it ends with; 1 where they are all in one row.</summary>
    [JsonIgnore]
    public (string Line, int Answer) Origin => Id.Split(AnswerMark) is [var line, var number] ? (line, int.Parse(number, CultureInfo.InvariantCulture)) : (Id, 1);

    /// <summary>Tokens of the longest text that is computed of it.</summary>
    [JsonIgnore]
    public int Length => Tokens?.Length ?? Prompt!.Length + Math.Max(Chosen!.Length, Rejected!.Length);

    /// <summary>Tokens that are read in one pass over it.</summary>
    [JsonIgnore]
    public long Read => Tokens?.Length ?? 2L * Prompt!.Length + Chosen!.Length + Rejected!.Length;

    /// <summary>Tokens that are learned.</summary>
    [JsonIgnore]
    public long Learned => Tokens is null ? Chosen!.Length + Rejected!.Length : Weights?.Sum() ?? Tokens.Length - 1;

    /// <summary>Whether another row would train the same.</summary>
    public bool IsSame(RenderedRow other) => Same(Tokens, other.Tokens) && Same(Weights, other.Weights) && Same(Prompt, other.Prompt) && Same(Chosen, other.Chosen) && Same(Rejected, other.Rejected);

    private static bool Same(int[]? a, int[]? b) => a is null ? b is null : b is not null && a.AsSpan().SequenceEqual(b);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RenderedRow))]
[JsonSerializable(typeof(ParityRow))]
internal sealed partial class RenderedJson : JsonSerializerContext;

/// <summary>A line with what it was rendered to, kept for the check of parity.</summary>
internal sealed record ParityRow(RowLine Line, IReadOnlyList<RenderedRow> Rows);
