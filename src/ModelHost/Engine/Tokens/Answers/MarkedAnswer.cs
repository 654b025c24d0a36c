using System.Text.Json;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>An answer that thinks first, between marks, and may hold calls.</summary>
/// <param name="splitter">Tells the thinking apart; null takes it for content.</param>
/// <param name="calls">How calls are written; null takes none for one.</param>
/// <param name="parameters">Schemas of the tools' parameters, by name.</param>
internal sealed class MarkedAnswer(ReasoningSplitter? splitter, ToolCallFormat? calls, IReadOnlyDictionary<string, JsonElement> parameters) : IAnswerReader
{
    private readonly ToolCallReader? reader = calls is null ? null : new ToolCallReader(calls, parameters);

    public IReadOnlyList<AnswerPiece> Append(string text) => Pieces(splitter?.Append(text) ?? [(false, text)]);

    public IReadOnlyList<AnswerPiece> Finish(bool isCut = false) => [.. Pieces(splitter?.Finish() ?? []), .. reader?.Finish(isCut) ?? []];

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
