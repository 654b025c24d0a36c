using System.Globalization;
using System.Text;

namespace Platform.Agents.Answering.Citing;

/// <summary>A piece of a model's answer: text, or the numbers of a citation mark (then <paramref name="Text"/> is the white space before it).</summary>
internal sealed record AnswerPiece(string Text, IReadOnlyList<int> Numbers)
{
    public bool IsMark => Numbers.Count > 0;
}

/// <summary>Finds citation marks in streamed text, however it is split: [1], [1][2], [1, 2], [1-3], 【1】, ［1］. What could still become a mark is held back. In code there are none. The text is untrusted: numbers that were not given are dropped with their mark.</summary>
internal sealed class CitationMarks(Func<int, bool> isGiven)
{
    private const int LongestMark = 40;
    private readonly StringBuilder held = new();
    private readonly CodeSpans code = new();
    private bool inMark;
    private int markStart;

    public CitationMarks(int passages)
        : this(number => number >= 1 && number <= passages)
    {
    }

    /// <summary>Takes the next text and returns what is certain.</summary>
    public IReadOnlyList<AnswerPiece> Push(string text)
    {
        List<AnswerPiece> pieces = [];
        StringBuilder plain = new();
        foreach (var c in text)
        {
            if (code.Take(c))
                Pass(c, plain);
            else
                Take(c, plain, pieces);
        }
        Emit(plain, pieces);
        return pieces;
    }

    /// <summary>What was held back at the end.</summary>
    public string Rest()
    {
        var rest = held.ToString();
        (inMark, _) = (false, held.Clear());
        return rest;
    }

    private void Take(char c, StringBuilder plain, List<AnswerPiece> pieces)
    {
        if (inMark)
        {
            held.Append(c);
            if (IsClosing(c))
                Close(plain, pieces);
            else if (!IsInside(c) || held.Length - markStart > LongestMark)
                Reopen(c, plain, pieces);
        }
        else if (IsOpening(c))
        {
            (inMark, markStart) = (true, held.Length);
            held.Append(c);
        }
        else if (c is ' ' or '\t')
        {
            held.Append(c);
        }
        else
        {
            Pass(c, plain);
        }
    }

    private void Pass(char c, StringBuilder plain)
    {
        plain.Append(held).Append(c);
        held.Clear();
        inMark = false;
    }

    /// <summary>It was no mark; the character that showed it may open another.</summary>
    private void Reopen(char c, StringBuilder plain, List<AnswerPiece> pieces)
    {
        held.Length--;
        plain.Append(held);
        held.Clear();
        inMark = false;
        Take(c, plain, pieces);
    }

    private void Close(StringBuilder plain, List<AnswerPiece> pieces)
    {
        var numbers = Numbers(held.ToString(markStart + 1, held.Length - markStart - 2));
        inMark = false;
        if (numbers is null)
        {
            plain.Append(held);
        }
        else if (numbers.Where(isGiven).Distinct().ToList() is { Count: > 0 } known)
        {
            var before = held.ToString(0, markStart);
            Emit(plain, pieces);
            pieces.Add(new AnswerPiece(before, known));
        }
        held.Clear();
    }

    /// <summary>Null when the inside is no list of numbers.</summary>
    private static List<int>? Numbers(string inside)
    {
        List<int> numbers = [];
        foreach (var part in inside.Split([',', '，', '、', ';'], StringSplitOptions.TrimEntries))
        {
            var ends = part.Split(['-', '–'], StringSplitOptions.TrimEntries);
            if (ends.Length > 2 || !TryRead(ends[0], out var first) || !TryRead(ends[^1], out var last))
                return null;
            for (var n = first; n <= Math.Min(last, first + 20); n++)
                numbers.Add(n);
        }
        return numbers;
    }

    private static bool TryRead(string digits, out int number) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static void Emit(StringBuilder plain, List<AnswerPiece> pieces)
    {
        if (plain.Length == 0)
            return;
        pieces.Add(new AnswerPiece(plain.ToString(), []));
        plain.Clear();
    }

    private static bool IsOpening(char c) => c is '[' or '【' or '［';

    private static bool IsClosing(char c) => c is ']' or '】' or '］';

    private static bool IsInside(char c) => char.IsAsciiDigit(c) || c is ' ' or ',' or '，' or '、' or ';' or '-' or '–';
}
