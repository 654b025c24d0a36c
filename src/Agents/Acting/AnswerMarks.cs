using System.Globalization;
using System.Text;
using Platform.Agents.Answering;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Definitions;

namespace Platform.Agents.Acting;

/// <summary>Brings the citation marks of a streamed answer into its agent's style: numbered by first appearance; those that stand for nothing are left out, and where it names no sources all of them. Each sentence is judged against what it cites, and marks of it the sentences that it rests on; a source has a number for each stretch and verdict, so that one sentence says nothing of another. Where the run showed no sources, and in code, a number in brackets is no mark.</summary>
/// <param name="shown">What the run's tools showed, under the numbers that the model knows.</param>
internal sealed class AnswerMarks(CitationStyle style, IReadOnlyList<Citation> shown, GivenNumbers given)
{
    private readonly CitationMarks marks = new(number => shown.Any(source => source.N == number));
    private readonly StringBuilder answer = new();
    private readonly Dictionary<(int Source, int Start, int End, Verdict Verdict), Citation> cited = [];

    /// <summary>Those of the answer so far, in the order of their numbers.</summary>
    public IReadOnlyList<Citation> Citations => [.. cited.Values.OrderBy(citation => citation.N)];

    public string Push(string text)
    {
        if (shown.Count == 0)
            return text;
        var before = answer.Length;
        foreach (var piece in marks.Push(text))
            answer.Append(Written(piece));
        return answer.ToString(before, answer.Length - before);
    }

    /// <summary>What was held back at the end.</summary>
    public string Rest() => shown.Count == 0 ? "" : marks.Rest();

    private string Written(AnswerPiece piece)
    {
        if (!piece.IsMark)
            return piece.Text;
        if (style == CitationStyle.None)
            return "";
        var sentence = CitingSentence.Before(answer.ToString());
        return piece.Text + string.Concat(piece.Numbers.Select(number => string.Create(CultureInfo.InvariantCulture, $"[{NumberOf(number, sentence)}]")));
    }

    private int NumberOf(int source, CitingSentence sentence)
    {
        var judged = Judged(sentence, shown.First(citation => citation.N == source));
        var key = (source, judged.Start, judged.End, judged.Verdict);
        if (!cited.TryGetValue(key, out var known))
            cited.Add(key, known = judged with { N = cited.Count + 1 });
        return known.N;
    }

    /// <summary>Of a passage, or rows, that a tool showed: whether the sentence says what the best of it says. A passage is narrowed to that, not yet placed on its page; it stays as it was shown where no sentence of it has anything of the answer's, and so do rows, which stand in no text.</summary>
    private Citation Judged(CitingSentence sentence, Citation source)
    {
        var (text, start) = source.Context.Length > 0 ? (source.Context, source.ContextStart) : (source.Quote, source.Start);
        var (span, verdict) = CitedSpan.Of(sentence.Claim, text, given);
        var judged = source with { Verdict = verdict, AnswerStart = sentence.Start, AnswerEnd = sentence.End };
        return source.Start == source.End || span == new PassageSpan(0, text.Length) ? judged
            : judged with { Start = start + span.Start, End = start + span.End, Quote = text[span.Start..span.End], Context = text, ContextStart = start, Rectangles = [] };
    }
}
