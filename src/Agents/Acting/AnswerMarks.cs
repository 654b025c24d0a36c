using System.Globalization;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Definitions;

namespace Platform.Agents.Acting;

/// <summary>Brings the citation marks of a streamed answer into its agent's style: those that stand for nothing are left out, and where it names no sources all of them. Where the run showed no sources, and in code, a number in brackets is no mark.</summary>
internal sealed class AnswerMarks(CitationStyle style, IReadOnlySet<int> known)
{
    private readonly CitationMarks marks = new(known.Contains);

    public string Push(string text) => known.Count == 0 ? text : string.Concat(marks.Push(text).Select(Written));

    /// <summary>What was held back at the end.</summary>
    public string Rest() => known.Count == 0 ? "" : marks.Rest();

    private string Written(AnswerPiece piece) => !piece.IsMark ? piece.Text : style == CitationStyle.None ? "" : $"{piece.Text}{Mark(piece)}";

    /// <summary>The numbers of a piece as they are written.</summary>
    public static string Mark(AnswerPiece piece) => string.Concat(piece.Numbers.Select(number => string.Create(CultureInfo.InvariantCulture, $"[{number}]")));
}
