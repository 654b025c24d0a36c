using System.Text;
using System.Text.Json;

namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>Reads calls out of what a model says, while it comes. White space between marks may differ from the format; what turns out to be no call is content.</summary>
/// <param name="format">How this model writes calls.</param>
/// <param name="parameters">The schema of each tool's parameters, by the tool's name: of arguments that are not JSON it tells the types.</param>
internal sealed class ToolCallReader(ToolCallFormat format, IReadOnlyDictionary<string, JsonElement> parameters)
{
    private readonly StringBuilder held = new();
    private readonly PairReader? pairs = format.Pairs is null ? null : new PairReader(format.Pairs);
    private JsonExtent extent = new();
    private State state;
    private int index = -1;

    private enum State { Text, Arguments, AfterArguments, Between }

    internal IReadOnlyList<AnswerPiece> Append(string text)
    {
        held.Append(text);
        var pieces = new List<AnswerPiece>();
        while (held.Length > 0 && Step(pieces, held.ToString())) { }
        return pieces;
    }

    /// <summary>The answer is over. A call is cut off where it is; marks of one whose name is not told yet are nobody's to read, nor is half a mark where the answer was cut off.</summary>
    internal IReadOnlyList<AnswerPiece> Finish(bool isCut)
    {
        var rest = held.ToString();
        held.Clear();
        if (rest.IndexOf(format.Trigger, StringComparison.Ordinal) is >= 0 and var opened) { rest = rest[..opened].TrimEnd(); }
        else if (isCut && HeldText.Half(rest, format.Trigger) is var half && half < rest.Length) { rest = rest[..half].TrimEnd(); }
        return state == State.Text && rest.Length > 0 && (index < 0 || !string.IsNullOrWhiteSpace(rest)) ? [new ContentPiece(rest)] : [];
    }

    /// <returns>True when there may be more to do with what is held.</returns>
    private bool Step(List<AnswerPiece> pieces, string text) => state switch
    {
        State.Text => StepText(pieces, text),
        State.Arguments => pairs is null ? StepJson(pieces, text) : StepPairs(pieces, text),
        State.AfterArguments => StepAfterArguments(text),
        _ => StepBetween(pieces, text),
    };

    private bool StepText(List<AnswerPiece> pieces, string text)
    {
        var at = text.IndexOf(format.Trigger, StringComparison.Ordinal);
        var shown = at < 0 ? HeldText.Safe(text, format.Trigger) : text.AsSpan(0, at).TrimEnd().Length;
        Show(pieces, text[..shown]);
        Keep(text[shown..]);
        if (at < 0) { return false; }
        var outcome = Begin(pieces, text[at..], format.Open + format.BeforeName);
        if (outcome != Match.No) { return outcome == Match.Yes; }
        Show(pieces, text[shown..(at + 1)]); // no call; look further on
        Keep(text[(at + 1)..]);
        return true;
    }

    /// <summary>A call's beginning, up to its arguments.</summary>
    private Match Begin(List<AnswerPiece> pieces, string text, string opening)
    {
        var at = 0;
        var outcome = Marks.Read(text, ref at, opening);
        if (outcome != Match.Yes) { return outcome; }
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-' or '.')) { at++; }
        var name = text[start..at];
        if (at == text.Length) { return Match.Open; }
        if (name.Length == 0) { return Match.No; }
        outcome = Marks.Read(text, ref at, format.AfterName);
        if (outcome != Match.Yes) { return outcome; }
        if (format.IsBare && IsCall(name, text.AsSpan(at).TrimStart()) is not Match.Yes and var other) { return other; }
        pieces.Add(new ToolCallPiece(++index, CallId.New(), name));
        Keep(text[at..]);
        state = State.Arguments;
        extent = new JsonExtent();
        pairs?.Begin(parameters.TryGetValue(name, out var schema) ? schema : default);
        return Match.Yes;
    }

    /// <summary>A value of a schema may begin as a bare call does: a call is of a tool on offer, and its arguments are an object.</summary>
    private Match IsCall(string name, ReadOnlySpan<char> arguments) => !parameters.ContainsKey(name) ? Match.No : arguments.IsEmpty ? Match.Open : arguments[0] == '{' ? Match.Yes : Match.No;

    private bool StepJson(List<AnswerPiece> pieces, string text)
    {
        if (!extent.HasBegun)
        {
            text = text.TrimStart();
            if (text.Length == 0) { return false; }
            if (text[0] != '{')
            {
                pieces.Add(new ArgumentsPiece(index, "{}"));
                state = State.AfterArguments;
                return true;
            }
        }
        var length = extent.Read(text);
        pieces.Add(new ArgumentsPiece(index, text[..length]));
        Keep(text[length..]);
        if (extent.IsComplete) { state = State.AfterArguments; }
        return extent.IsComplete;
    }

    private bool StepPairs(List<AnswerPiece> pieces, string text)
    {
        var at = 0;
        var outcome = pairs!.Read(text, ref at, out var json);
        if (outcome == Match.Open) { return false; }
        pieces.Add(new ArgumentsPiece(index, json));
        Keep(text[at..]);
        if (outcome == Match.No) { state = State.AfterArguments; }
        return true;
    }

    private bool StepAfterArguments(string text)
    {
        var at = 0;
        var outcome = Marks.Read(text, ref at, format.AfterArguments);
        if (outcome == Match.Open) { return false; }
        if (outcome == Match.Yes) { Keep(text[at..]); }
        state = State.Between;
        return true;
    }

    private bool StepBetween(List<AnswerPiece> pieces, string text)
    {
        if (string.IsNullOrWhiteSpace(text)) { return false; }
        var at = 0;
        var close = format.Close.Length == 0 ? Match.No : Marks.Read(text, ref at, format.Close);
        if (close == Match.Yes) { Keep(text[at..]); }
        else
        {
            var next = format.Between is null ? Match.No : Begin(pieces, text, format.Between + format.BeforeName);
            if (next == Match.Yes) { return true; }
            if (next == Match.Open || close == Match.Open) { return false; }
            Keep(text.TrimStart());
        }
        state = State.Text;
        return true;
    }

    private void Keep(string text)
    {
        held.Clear();
        held.Append(text);
    }

    private static void Show(List<AnswerPiece> pieces, string text)
    {
        if (text.Length > 0) { pieces.Add(new ContentPiece(text)); }
    }
}
