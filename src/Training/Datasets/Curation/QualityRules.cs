using System.Buffers;
using System.Text;
using Platform.Retrieval.Search;
using Platform.Training.Rows;

namespace Platform.Training.Datasets.Curation;

/// <summary>Rules that look at one row alone. Each is a sign, not a proof.</summary>
public static class QualityRules
{
    // Fewer terms than this say little; more common trigrams than this share of all is a text that goes round in circles.
    private const int ShortTerms = 2, RepetitionTerms = 24;
    private const double RepeatedShare = 0.5, GarbledShare = 0.02, ScriptShare = 0.5;

    private static readonly SearchValues<char> SentenceEnds = SearchValues.Create(".!?。！？");

    private static readonly string[] Refusals =
        ["as an ai", "i'm sorry, but", "i am sorry, but", "i cannot assist", "i can't assist", "i cannot help with", "作为一个人工智能", "作为人工智能", "作为一个ai", "作为ai", "我无法协助", "很抱歉，我不能", "抱歉，我无法"];

    public static IReadOnlyList<QualityConcern> Of(TrainingRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        List<QualityConcern> concerns = [];
        void Flag(QualityConcern concern, bool holds)
        {
            if (holds) concerns.Add(concern);
        }

        var reply = row.Reply.Trim();
        var calls = row.Turns.Any(turn => turn.Calls is not null);
        Flag(QualityConcern.EmptyAnswer, reply.Length == 0 && !calls);
        Flag(QualityConcern.Garbled, row.Texts.Any(IsGarbled));
        Flag(QualityConcern.SensitiveData, row.Texts.Any(text => SensitiveText.Find(text).Count > 0));
        if (reply.Length == 0)
            return concerns;
        var terms = QueryTerms.Of(reply);
        Flag(QualityConcern.RepeatsItself, Repeats(terms));
        if (row.Kind == RowKind.Text)
            return concerns;
        Flag(QualityConcern.ShortAnswer, terms.Count < ShortTerms && !reply.Any(char.IsAsciiDigit));
        Flag(QualityConcern.RepeatsQuestion, row.Question.Length > 0 && Folded(reply) == Folded(row.Question));
        Flag(QualityConcern.Refusal, Refusals.Any(words => reply.Contains(words, StringComparison.OrdinalIgnoreCase)));
        Flag(QualityConcern.LanguageDiffers, row.Question.Length > 0 && IsChinese(row.Question) is { } asked && IsChinese(reply) is { } answered && asked != answered);
        Flag(QualityConcern.CutOff, IsCutOff(reply));
        return concerns;
    }

    private static string Folded(string text) => string.Join(' ', QueryTerms.Of(text));

    private static bool Repeats(IReadOnlyList<string> terms)
    {
        if (terms.Count < RepetitionTerms)
            return false;
        HashSet<(string, string, string)> seen = [];
        for (var i = 2; i < terms.Count; i++)
            seen.Add((terms[i - 2], terms[i - 1], terms[i]));
        return seen.Count < (1 - RepeatedShare) * (terms.Count - 2);
    }

    // Replacement characters, controls, and the marks that UTF-8 read as Latin 1 leaves.
    private static bool IsGarbled(string text)
    {
        if (text.Length == 0)
            return false;
        var bad = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\uFFFD' || (char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || (c is 'Ã' or 'â' && i + 1 < text.Length && text[i + 1] is >= '\u0080' and <= '\u00BF'))
                bad++;
        }
        return bad > GarbledShare * text.Length;
    }

    // Null where it is neither: figures, code, a name.
    internal static bool? IsChinese(string text)
    {
        int chinese = 0, latin = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (ChineseScript.Contains(rune)) chinese++;
            else if (Rune.IsLetter(rune) && rune.Value < 0x250) latin++;
        }
        // A Chinese character says about as much as four Latin letters.
        var total = 4 * chinese + latin;
        return total < 12 ? null : 4 * chinese > ScriptShare * total;
    }

    private static bool IsCutOff(string reply) =>
        reply.Length > 400 && reply.Split("```").Length % 2 == 0 || reply.Length > 80 && (char.IsAsciiLetter(reply[^1]) || ChineseScript.Contains(reply[^1])) && reply.AsSpan().ContainsAny(SentenceEnds) && !reply.Contains('\n', StringComparison.Ordinal);
}
