namespace Platform.Retrieval.Chunking;

/// <summary>Sentence boundaries of English and Chinese text.</summary>
public static class SentenceSplitter
{
    /// <summary>Spans [Start, End) of the sentences of a text, trimmed of white space, in order; abbreviations, decimals and initials do not end one; 。！？； and closing quotes do. A line break that ends a block ends a sentence.</summary>
    public static IReadOnlyList<(int Start, int End)> Split(string text) => throw new NotImplementedException();
}
