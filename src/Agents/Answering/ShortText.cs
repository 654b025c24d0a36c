namespace Platform.Agents.Answering;

/// <summary>The beginning of a text that is too long for its place. No character is halved: half of one goes into a prompt, a page or an event as U+FFFD.</summary>
public static class ShortText
{
    /// <summary>The text, or its first so many UTF-16 characters and an ellipsis.</summary>
    public static string Of(string text, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= most ? text : Cut(text, most) + "…";
    }

    /// <summary>The same without the ellipsis.</summary>
    public static string Cut(string text, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= most ? text : text[..(most > 0 && char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
    }
}
