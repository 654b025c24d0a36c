using Platform.Agents.Answering;

namespace Platform.Agents.Conversations;

/// <summary>A conversation's title from its first question.</summary>
internal static class ConversationTitle
{
    public const int MaxLength = 60;

    /// <summary>The first line's first 60 characters or so, cut at a word, with an ellipsis when something was cut.</summary>
    public static string Of(string question)
    {
        var words = string.Join(' ', question.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (words.Length <= MaxLength)
            return words;
        var cut = words.LastIndexOf(' ', MaxLength);
        if (cut < MaxLength / 2) // Chinese has no spaces, and some words are long
            cut = ShortText.Cut(words, MaxLength).Length;
        return words[..cut].TrimEnd() + "…";
    }
}
