namespace Platform.ModelHost.Engine.Tokens;

/// <summary>A vocabulary in the order of its bytes, so that a walk looks at what tokens have in common once. Tokens without bytes are not in it.</summary>
internal sealed class SortedTokens
{
    private readonly byte[][] texts;
    private readonly int[] ids, shared;

    internal SortedTokens(Tokenizer tokenizer)
    {
        var all = Enumerable.Range(0, tokenizer.VocabularySize).Select(token => (Id: token, Text: tokenizer.Piece(token, special: true).ToArray())).Where(token => token.Text.Length > 0).ToArray();
        Array.Sort(all, (a, b) => a.Text.AsSpan().SequenceCompareTo(b.Text));
        (ids, texts) = ([.. all.Select(token => token.Id)], [.. all.Select(token => token.Text)]);
        shared = new int[ids.Length];
        for (var i = 1; i < ids.Length; i++) { shared[i] = texts[i - 1].AsSpan().CommonPrefixLength(texts[i]); }
        Longest = texts.Length == 0 ? 0 : texts.Max(text => text.Length);
    }

    internal int Count => ids.Length;

    /// <summary>Bytes of the longest token.</summary>
    internal int Longest { get; }

    internal int Id(int at) => ids[at];

    internal ReadOnlySpan<byte> Text(int at) => texts[at];

    /// <summary>How many bytes it begins with as the one before it does.</summary>
    internal int Shared(int at) => shared[at];
}
