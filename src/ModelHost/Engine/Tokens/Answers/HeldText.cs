namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>How much of a text may be shown while a mark may still be coming.</summary>
internal static class HeldText
{
    /// <summary>Length of the text without an end that may be the beginning of the mark, and without white space before that or at the end.</summary>
    internal static int Safe(ReadOnlySpan<char> text, string mark) => text[..Half(text, mark)].TrimEnd().Length;

    /// <summary>Where an end of the text begins that may be the beginning of the mark; the text's length where there is none.</summary>
    internal static int Half(ReadOnlySpan<char> text, string mark)
    {
        for (var length = Math.Min(mark.Length - 1, text.Length); length > 0; length--)
        {
            if (text[^length..].SequenceEqual(mark.AsSpan(0, length))) { return text.Length - length; }
        }
        return text.Length;
    }
}
