namespace Platform.Retrieval.Search;

/// <summary>The terms by which words are matched, the same for indexing, search and sentence scoring.</summary>
public static class QueryTerms
{
    /// <summary>Folded terms of a text: lower-cased, accents folded, English words lightly stemmed, Chinese runs as bigrams (a lone character as itself).</summary>
    public static IReadOnlyList<string> Of(string text) => throw new NotImplementedException();

    /// <summary>As <see cref="Of"/>, without stop words of either language (what, the, 什么, 的 …).</summary>
    public static IReadOnlyList<string> ContentOf(string text) => throw new NotImplementedException();
}
