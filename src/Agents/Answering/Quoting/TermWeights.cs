using System.Collections.Frozen;
using Platform.Retrieval.Index;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering.Quoting;

/// <summary>How much each term of a question says: its inverse document frequency in the index, times its weight in the question. With synonyms it is as common as the commonest of them.</summary>
internal static class TermWeights
{
    /// <summary>Share of an unknown word's weight that the commonest word keeps at least.</summary>
    private const double Commonest = 0.35;

    /// <summary>From about so many passages on, how many hold a word says how common it is. In a base of a few, known and unknown words weigh nearly the same.</summary>
    private const double Telling = 5;

    /// <summary>English words of every subject, stemmed. They may decide between two sentences, but hardly show that a document is about the question.</summary>
    private static readonly FrozenSet<string> LightWords = QueryTerms.Of("""
        accept add agree allow appear apply arrive ask available back become begin best big bring build buy call can care certain change check choose close come common compare complete concern
        consider contain continue could cover day decide describe different do easy end enter exist expect explain fall far feel find first follow full general get give go good great
        handle happen hear help high hold include inform keep kind know large last late learn left let like little live long look lose low make matter mean move must name near need new next
        offer old open operate order own part pass people person place plan play point possible prepare present problem provide put reach read ready real reason receive regular remain remember require
        right run say see seem send serve set settle several short show similar simple single small some sort special stand start state stay still stop suppose sure take taken talk tell thing think
        time today total treat try turn type understand use useful usual various view visit want way well whole wish wonder work world wrong
        """).ToFrozenSet();

    public static IReadOnlyList<double> Of(IReadOnlyList<QuestionTerm> terms, TermCounts counts, RankingWeights weigh)
    {
        var holding = terms.Select(term => term.Others.Select(other => Holding(other.Terms, counts)).Append(Holding([term.Term], counts)).Max()).ToList();
        var telling = counts.Passages / (counts.Passages + Telling);
        var (commonest, unknownOther) = (1 - ((1 - Commonest) * telling), 1 + ((weigh.UnknownOther - 1) * telling));
        var weights = terms.Select((term, i) => term.Weight * Math.Max(counts.Weight(holding[i]), commonest * counts.Weight(0)) * (IsLight(term) ? weigh.Light : 1)).ToArray();
        for (var first = 0; first < terms.Count;)
        {
            if (holding[first] > 0)
            {
                first++;
                continue;
            }
            var next = first + 1;
            while (next < terms.Count && holding[next] == 0 && Overlap(terms[next - 1], terms[next]))
                next++;
            var words = UnknownWords(terms, first, next);
            for (var i = first; i < next; i++)
                weights[i] *= words / (next - first) * (AnswerWords.IsChinese(terms[i].Term[0]) ? weigh.UnknownChinese : IsLight(terms[i]) ? 1 : unknownOther);
            first = next;
        }
        return weights;
    }

    /// <summary>
    /// Chinese is cut into pairs of characters, of which some only join two words. A row of unknown pairs is about one word for each two characters that are in no known pair:
    /// 股票代码 gives three unknown pairs and is two words; a pair between two known ones is none.
    /// </summary>
    private static double UnknownWords(IReadOnlyList<QuestionTerm> terms, int first, int next)
    {
        if (!IsPair(terms[first].Term))
            return AnswerWords.IsChinese(terms[first].Term[0]) ? 0.5 : 1; // a character by itself is half a word, and in the index only where it stands alone
        var known = (first > 0 && Overlap(terms[first - 1], terms[first]) ? 1 : 0) + (next < terms.Count && Overlap(terms[next - 1], terms[next]) ? 1 : 0);
        return Math.Max(0, next - first + 1 - known) / 2.0;
    }

    private static bool IsLight(QuestionTerm term) => term.Others.Count == 0 && LightWords.Contains(term.Term);

    private static long Holding(IReadOnlyList<string> terms, TermCounts counts) => terms.Select(term => counts.Holding.GetValueOrDefault(term)).DefaultIfEmpty(0).Min();

    private static bool Overlap(QuestionTerm one, QuestionTerm next) => IsPair(one.Term) && IsPair(next.Term) && one.Term[1] == next.Term[0];

    private static bool IsPair(string term) => term.Length == 2 && AnswerWords.IsChinese(term[0]);
}
