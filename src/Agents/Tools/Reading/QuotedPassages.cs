using System.Text;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Reading;

/// <summary>Writes what was read for a model: a heading line with the number to cite, and every line of the source behind a mark, so that no source can begin a heading of its own.</summary>
internal static class QuotedPassages
{
    private const int LongestNumber = 99_999;

    /// <summary>The most characters that <see cref="Append"/> adds, whatever number it has.</summary>
    public static int Length(Citation citation, string quote, int maxCharacters, ToolTexts texts)
    {
        StringBuilder one = new("\n");
        Append(one, citation with { N = LongestNumber }, quote, maxCharacters, texts);
        return one.Length;
    }

    /// <summary>Appends one, its text cut to so many characters.</summary>
    public static void Append(StringBuilder text, Citation citation, string quote, int maxCharacters, ToolTexts texts)
    {
        if (text.Length > 0)
            text.Append('\n');
        text.Append(texts.PassageHead(citation.N, UntrustedText.NameForPrompt(citation.DocumentName), citation.Page, UntrustedText.NameForPrompt(citation.Heading))).Append('\n');
        var kept = quote.Length <= maxCharacters ? quote : ShortText.Cut(quote, maxCharacters) + " …";
        foreach (var line in UntrustedText.ForPrompt(kept).Split('\n'))
            text.Append("> ").Append(line).Append('\n');
    }
}
