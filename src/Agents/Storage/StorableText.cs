namespace Platform.Agents.Storage;

/// <summary>Texts as both databases take them: PostgreSQL has no NUL character in a text, and a model, or a program, may send one.</summary>
internal static class StorableText
{
    public static string Of(string text) => text.Contains('\0', StringComparison.Ordinal) ? text.Replace("\0", "", StringComparison.Ordinal) : text;
}
