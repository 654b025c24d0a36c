using System.Text;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>An answer of gpt-oss: messages on channels. analysis is thinking, final is said, what goes to functions.name is a call.</summary>
/// <param name="keepsThoughts">Takes thinking for content.</param>
internal sealed class HarmonyAnswer(bool keepsThoughts = false) : IAnswerReader
{
    private const string Message = "<|message|>", Channel = "<|channel|>", Recipient = "to=", Functions = "functions.";
    private static readonly string[] Ends = ["<|end|>", "<|call|>", "<|return|>", "<|start|>"];

    private readonly StringBuilder held = new();
    private Func<string, AnswerPiece?>? body; // null while a message's head is read
    private int calls;

    /// <inheritdoc/>
    public IReadOnlyList<AnswerPiece> Append(string text)
    {
        held.Append(text);
        var pieces = new List<AnswerPiece>();
        while (held.Length > 0 && Step(pieces, held.ToString())) { }
        return pieces;
    }

    /// <inheritdoc/>
    public IReadOnlyList<AnswerPiece> Finish(bool isCut = false)
    {
        var rest = held.ToString();
        held.Clear();
        var isPlain = body is null && !rest.Contains("<|", StringComparison.Ordinal) && !rest.TrimStart().StartsWith(Recipient, StringComparison.Ordinal);
        AnswerPiece? piece = rest.Length == 0 ? null : body is not null ? body(rest) : isPlain && rest.Trim() != "assistant" ? new ContentPiece(rest) : null;
        return piece is null ? [] : [piece];
    }

    private bool Step(List<AnswerPiece> pieces, string text)
    {
        if (body is null)
        {
            var head = text.IndexOf(Message, StringComparison.Ordinal);
            if (head < 0) { return false; }
            body = Body(pieces, text[..head]);
            Keep(text[(head + Message.Length)..]);
            return true;
        }
        var (end, mark) = Ends.Select(mark => (At: text.IndexOf(mark, StringComparison.Ordinal), mark)).Where(found => found.At >= 0).DefaultIfEmpty((-1, "")).MinBy(found => found.Item1);
        var shown = end >= 0 ? end : Ends.Min(possible => HeldText.Safe(text, possible));
        if (shown > 0 && body(text[..shown]) is { } piece) { pieces.Add(piece); }
        Keep(text[(end >= 0 ? end + mark.Length : shown)..]);
        if (end >= 0) { body = null; }
        return end >= 0;
    }

    private Func<string, AnswerPiece?> Body(List<AnswerPiece> pieces, string head)
    {
        if (After(head, Recipient) is { } recipient && recipient.StartsWith(Functions, StringComparison.Ordinal))
        {
            var index = calls++;
            pieces.Add(new ToolCallPiece(index, CallId.New(), recipient[Functions.Length..]));
            return text => new ArgumentsPiece(index, text);
        }
        return After(head, Channel) == "analysis" && !keepsThoughts ? text => new ReasoningPiece(text) : text => new ContentPiece(text);
    }

    /// <summary>The word after a mark.</summary>
    private static string? After(string head, string mark)
    {
        var at = head.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? null : head[(at + mark.Length)..].Split([' ', '<'], 2)[0];
    }

    private void Keep(string text)
    {
        held.Clear();
        held.Append(text);
    }
}
