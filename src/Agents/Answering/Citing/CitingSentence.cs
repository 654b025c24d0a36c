using System.Text.RegularExpressions;
using Platform.Retrieval.Chunking;

namespace Platform.Agents.Answering.Citing;

/// <summary>The sentence that a mark at the end of a text belongs to.</summary>
/// <param name="Claim">Its text without marks and Markdown signs.</param>
internal readonly partial record struct CitingSentence(string Claim, int Start, int End)
{
    /// <param name="answer">The answer up to the mark; earlier marks are written [n].</param>
    public static CitingSentence Before(string answer)
    {
        var line = answer.LastIndexOf('\n', Math.Max(0, answer.TrimEnd().Length - 1)) + 1;
        var sentences = SentenceSplitter.Split(Marks().Replace(answer[line..], match => new string(' ', match.Length)));
        if (sentences.Count == 0)
            return new("", line, answer.Length);
        var (start, end) = sentences[^1];
        var claim = Marks().Replace(answer[(line + start)..(line + end)], "");
        return new(Markdown().Replace(claim, "").Trim(), line + start, line + end);
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Marks();

    [GeneratedRegex(@"^\s*(?:[-*+>#]+|\d+[.)])\s+|\*\*|__|`")]
    private static partial Regex Markdown();
}
