using System.Text;
using System.Text.RegularExpressions;
using Platform.Agents.Definitions;

namespace Platform.Agents.Prompting;

/// <summary>Marks off the sections of a prompt in the way that an agent is set to. What stands in a section cannot end it.</summary>
/// <param name="style">How a section begins and ends.</param>
internal sealed partial class PromptSections(SectionStyle style)
{
    private const string Quotes = "\"\"\"", OtherQuotes = "'''";

    private readonly StringBuilder text = new();

    /// <summary>All sections so far, with an empty line between them.</summary>
    public override string ToString() => text.ToString().TrimEnd();

    /// <summary>Adds a section; none where there is nothing in it.</summary>
    /// <param name="tag">Its name as a tag: one of those that <see cref="Answering.UntrustedText"/> takes out of what strangers wrote.</param>
    public PromptSections Add(string tag, string heading, string content)
    {
        if (string.IsNullOrWhiteSpace(content))
            return this;
        var inside = content.Trim();
        text.Append(style switch
        {
            SectionStyle.Tags => $"<{tag}>\n{inside.Replace($"</{tag}", $"‹/{tag}", StringComparison.OrdinalIgnoreCase)}\n</{tag}>",
            SectionStyle.Quotes => $"{heading}:\n{Quotes}\n{inside.Replace(Quotes, OtherQuotes, StringComparison.Ordinal)}\n{Quotes}",
            _ => $"## {heading}\n{(tag is "instructions" or "examples" ? inside : Heading().Replace(inside, "＃＃"))}",
        }).Append("\n\n");
        return this;
    }

    /// <summary>What begins a section where sections have headings; of what an agent's maker wrote it is theirs.</summary>
    [GeneratedRegex("^##(?= )", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
