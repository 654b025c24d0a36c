using System.Reflection;
using System.Text;
using Platform.Retrieval.Search;

namespace Platform.Agents.Answering;

/// <summary>Words of a text that have synonyms.</summary>
/// <param name="Terms">The content terms of the words as they stand in the text.</param>
/// <param name="Others">What may stand for them, each as terms in a row.</param>
internal sealed record SynonymMatch(IReadOnlyList<string> Terms, IReadOnlyList<Synonym> Others);

/// <summary>A word or phrase, and its terms in a row.</summary>
internal sealed record Synonym(string Text, IReadOnlyList<string> Terms);

/// <summary>The synonyms of synonyms.txt.</summary>
internal sealed class Synonyms
{
    private const int LongestPhrase = 4;

    /// <summary>By the terms in a row for words that are parted by spaces, by the text itself for Chinese.</summary>
    private readonly Dictionary<string, List<Synonym>> others = new(StringComparer.OrdinalIgnoreCase);
    private readonly int longestChinese;

    private Synonyms(string[] lines)
    {
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var sides = line.Split('>');
            var (kinds, names) = (EntriesOf(sides[0]), sides.Length > 1 ? EntriesOf(sides[1]) : []);
            foreach (var entry in kinds)
                Add(entry, names.Count > 0 ? names : kinds);
            foreach (var name in names)
                Add(name, [.. names, .. kinds]);
        }
        longestChinese = others.Keys.Where(HoldsChinese).Max(key => key.Length);
    }

    public static Synonyms OfOffices { get; } = new(Lines());

    /// <summary>The text with spaces around the Chinese words that are known, so that no term joins such a word to the next.</summary>
    public string Parted(string text)
    {
        StringBuilder parted = new(text.Length + 8);
        for (var at = 0; at < text.Length;)
        {
            var length = ChineseAt(text, at);
            if (length > 0)
                parted.Append(' ').Append(text, at, length).Append(' ');
            else
                parted.Append(text[at]);
            at += Math.Max(1, length);
        }
        return parted.ToString();
    }

    /// <summary>The longest known words and phrases of a text, from the left.</summary>
    public IReadOnlyList<SynonymMatch> In(string text)
    {
        List<SynonymMatch> found = [];
        for (var at = 0; at < text.Length;)
        {
            var length = ChineseAt(text, at);
            if (length > 0)
                found.Add(new(QueryTerms.Of(text.Substring(at, length)), others[text.Substring(at, length)]));
            at += Math.Max(1, length);
        }
        var terms = QueryTerms.Of(text);
        for (var at = 0; at < terms.Count;)
        {
            var length = Math.Min(LongestPhrase, terms.Count - at);
            while (length > 0 && !others.ContainsKey(KeyOf(terms.Skip(at).Take(length))))
                length--;
            if (length > 0)
                found.Add(new([.. terms.Skip(at).Take(length)], others[KeyOf(terms.Skip(at).Take(length))]));
            at += Math.Max(1, length);
        }
        return found;
    }

    private int ChineseAt(string text, int at)
    {
        for (var length = Math.Min(longestChinese, text.Length - at); length > 0 && HoldsChinese(text[at..(at + length)]); length--)
        {
            if (others.ContainsKey(text.Substring(at, length)))
                return length;
        }
        return 0;
    }

    private void Add(Synonym entry, IReadOnlyList<Synonym> group)
    {
        var key = HoldsChinese(entry.Text) ? entry.Text : KeyOf(entry.Terms);
        if (!others.TryGetValue(key, out var known))
            others.Add(key, known = []);
        known.AddRange(group.Where(other => !other.Terms.SequenceEqual(entry.Terms) && !known.Any(k => k.Terms.SequenceEqual(other.Terms))));
    }

    private static List<Synonym> EntriesOf(string side) =>
        [.. side.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(text => new Synonym(text, QueryTerms.Of(text)))];

    private static string KeyOf(IEnumerable<string> terms) => string.Join(' ', terms);

    private static bool HoldsChinese(string text) => text.Any(AnswerWords.IsChinese);

    private static string[] Lines()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("synonyms.txt")
            ?? throw new InvalidOperationException("synonyms.txt is not in the assembly. This is a bug.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Split('\n');
    }
}
