using System.Text;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Engine.Reranking;

/// <summary>How a model is shown a query with a document: by the template that its file carries for it, or with its separators: [begin] query [end] [separator] document [end], each where the vocabulary adds it.</summary>
/// <param name="tokenizer">The model's.</param>
/// <param name="template">A text with {query} and {document}; null for the separators.</param>
internal sealed class PairFormat(Tokenizer tokenizer, string? template)
{
    private const string QueryPlace = "{query}", DocumentPlace = "{document}";
    private const char Unreadable = '\uFFFD';

    private readonly SpecialTexts special = template is null ? SpecialTexts.None : tokenizer.SpecialTexts();

    /// <summary>The pair as tokens, of any length.</summary>
    internal int[] Join(string query, string document) => template is { } form ? Fill(form, query, document) : Separated(Encode(query), Encode(document));

    /// <summary>The pair with as much of the document as fits; null when not even its beginning does.</summary>
    internal int[]? Join(string query, string document, int most)
    {
        var pair = Join(query, document);
        if (pair.Length <= most) { return pair; }
        var tokens = Encode(document);
        if (template is not { } form) { return Math.Max(0, tokens.Length - (pair.Length - most)) is > 0 and var kept ? Separated(Encode(query), tokens[..kept]) : null; }
        // Tokens join otherwise at the borders of another text, so what is left is measured again.
        for (var left = tokens.Length - (pair.Length - most); left > 0; left -= pair.Length - most)
        {
            pair = Fill(form, query, tokenizer.Decode(tokens[..left]).TrimEnd(Unreadable));
            if (pair.Length <= most) { return pair; }
        }
        return null;
    }

    private int[] Encode(string text) => tokenizer.Encode(text, addSpecial: false, parseSpecial: false);

    private int[] Separated(int[] query, int[] document)
    {
        var (begin, end, separator) = tokenizer.Borders;
        int[] ending = (end.Token ?? separator.Token) is { } last && end.IsAdded ? [last] : [];
        return [.. Added(begin), .. query, .. ending, .. Added(separator), .. document, .. ending];

        static int[] Added((int? Token, bool IsAdded) border) => border is { Token: { } token, IsAdded: true } ? [token] : [];
    }

    /// <summary>Both places are found in the template, so that a query which holds the document's place means nothing.</summary>
    private int[] Fill(string form, string query, string document)
    {
        var (text, at) = (new StringBuilder(), 0);
        while (at < form.Length)
        {
            var rest = form.AsSpan(at);
            if (rest.StartsWith(QueryPlace)) { (_, at) = (text.Append(special.Defuse(query)), at + QueryPlace.Length); }
            else if (rest.StartsWith(DocumentPlace)) { (_, at) = (text.Append(special.Defuse(document)), at + DocumentPlace.Length); }
            else { text.Append(form[at++]); }
        }
        return tokenizer.Encode(text.ToString(), addSpecial: false, parseSpecial: true);
    }
}
