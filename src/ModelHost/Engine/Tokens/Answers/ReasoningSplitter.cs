using System.Text;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>Tells what a model thinks from what it says. Thinking stands at the start of an answer and nowhere else: a mark in the middle is content.</summary>
/// <param name="marks">The model's marks.</param>
/// <param name="startsInside">The prompt has opened the thinking already.</param>
internal sealed class ReasoningSplitter(ReasoningMarks marks, bool startsInside)
{
    private readonly StringBuilder held = new();
    private State state = startsInside ? State.ThinkingBegins : State.Start;

    private enum State { Start, ThinkingBegins, Thinking, ContentBegins, Content }

    /// <summary>What can be told of the text so far, in order.</summary>
    internal IEnumerable<(bool IsReasoning, string Text)> Append(string text)
    {
        if (state == State.Content) { return text.Length > 0 ? [(false, text)] : []; }
        held.Append(text);
        return Advance();
    }

    /// <summary>The answer is over: what was held back.</summary>
    internal IEnumerable<(bool IsReasoning, string Text)> Finish()
    {
        var rest = held.ToString();
        held.Clear();
        var isReasoning = state is State.Thinking or State.ThinkingBegins;
        if (isReasoning) { rest = rest.TrimEnd(); }
        return rest.Length > 0 && state != State.ContentBegins ? [(isReasoning, rest)] : [];
    }

    private List<(bool, string)> Advance()
    {
        var pieces = new List<(bool, string)>();
        while (Step(pieces)) { }
        return pieces;
    }

    /// <returns>True when there may be more to do with what is held.</returns>
    private bool Step(List<(bool, string)> pieces)
    {
        var text = held.ToString();
        switch (state)
        {
            case State.Start:
                var start = text.AsSpan().TrimStart();
                if (start.Length < marks.Open.Length && marks.Open.AsSpan().StartsWith(start, StringComparison.Ordinal)) { return false; }
                state = start.StartsWith(marks.Open, StringComparison.Ordinal) ? State.ThinkingBegins : State.Content;
                Keep(state == State.Content ? text : start[marks.Open.Length..].ToString());
                return true;
            case State.ThinkingBegins or State.ContentBegins:
                Keep(text.TrimStart());
                if (held.Length == 0) { return false; }
                state = state == State.ThinkingBegins ? State.Thinking : State.Content;
                return true;
            case State.Thinking:
                var end = text.IndexOf(marks.Close, StringComparison.Ordinal);
                Show(pieces, true, end < 0 ? text[..HeldText.Safe(text, marks.Close)] : text[..end].TrimEnd());
                if (end < 0)
                {
                    Keep(text[HeldText.Safe(text, marks.Close)..]);
                    return false;
                }
                Keep(text[(end + marks.Close.Length)..]);
                state = State.ContentBegins;
                return true;
            default:
                Show(pieces, false, text);
                held.Clear();
                return false;
        }
    }

    private void Keep(string text)
    {
        held.Clear();
        held.Append(text);
    }

    private static void Show(List<(bool, string)> pieces, bool isReasoning, string text)
    {
        if (text.Length > 0) { pieces.Add((isReasoning, text)); }
    }
}
