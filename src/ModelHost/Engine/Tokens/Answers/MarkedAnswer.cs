using System.Text.Json;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>An answer that thinks first, between marks, and may hold calls.</summary>
internal sealed class MarkedAnswer(ReasoningMarks reasoning, bool startsInside, ToolCallFormat? calls, IReadOnlyDictionary<string, JsonElement> parameters) : IAnswerReader
{
    private readonly ReasoningSplitter splitter = new(reasoning, startsInside);
    private readonly ToolCallReader? reader = calls is null ? null : new ToolCallReader(calls, parameters);

    public IReadOnlyList<AnswerPiece> Append(string text) => Pieces(splitter.Append(text));

    public IReadOnlyList<AnswerPiece> Finish() => [.. Pieces(splitter.Finish()), .. reader?.Finish() ?? []];

    private List<AnswerPiece> Pieces(IEnumerable<(bool IsReasoning, string Text)> parts)
    {
        var pieces = new List<AnswerPiece>();
        foreach (var (isReasoning, text) in parts)
        {
            if (isReasoning) { pieces.Add(new ReasoningPiece(text)); }
            else if (reader is null) { pieces.Add(new ContentPiece(text)); }
            else { pieces.AddRange(reader.Append(text)); }
        }
        return pieces;
    }
}
