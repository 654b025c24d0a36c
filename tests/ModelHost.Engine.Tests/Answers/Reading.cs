using Platform.ModelHost.Engine.Tokens.Answers;

namespace Platform.ModelHost.Engine.Tests.Answers;

/// <summary>What a reader makes of an answer that comes in pieces of some size.</summary>
internal sealed record Reading(string Reasoning, string Content, IReadOnlyList<(string Name, string Arguments)> Calls)
{
    internal static readonly int[] Sizes = [1, 2, 3, 5, 8, 13, 1_000_000];

    internal static Reading Of(IAnswerReader reader, string answer, int size)
    {
        var pieces = new List<AnswerPiece>();
        size = Math.Min(size, Math.Max(1, answer.Length));
        for (var at = 0; at < answer.Length; at += size) { pieces.AddRange(reader.Append(answer.Substring(at, Math.Min(size, answer.Length - at)))); }
        pieces.AddRange(reader.Finish());
        var calls = pieces.OfType<ToolCallPiece>().Select(call => (call.Name, string.Concat(pieces.OfType<ArgumentsPiece>().Where(piece => piece.Index == call.Index).Select(piece => piece.Json)))).ToList();
        Assert.All(pieces.OfType<ToolCallPiece>(), (call, place) =>
        {
            Assert.Equal(place, call.Index);
            Assert.Matches("^call_[A-Za-z0-9]{24}$", call.Id);
        });
        Assert.DoesNotContain(pieces, piece => piece is ContentPiece { Text: "" } or ReasoningPiece { Text: "" });
        return new Reading(string.Concat(pieces.OfType<ReasoningPiece>().Select(piece => piece.Text)), string.Concat(pieces.OfType<ContentPiece>().Select(piece => piece.Text)), calls);
    }
}
