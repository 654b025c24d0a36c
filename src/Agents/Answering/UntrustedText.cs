using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Agents.Answering;

/// <summary>Makes text from documents harmless where it is shown or put into a prompt: no invisible characters, no fence or chat marks, no citation marks of its own.</summary>
/// <remarks>Fault 33. It keeps documents from changing the structure of a prompt; that what they say is no instruction is the prompt's part, and that no tool runs because of them is the program's.</remarks>
internal static partial class UntrustedText
{
    private const int MaxNameLength = 120;

    /// <summary>Without zero-width and direction-changing characters, tags and controls; line breaks and tabs stay.</summary>
    public static string Visible(string text) => HiddenCharacters.Without(text);

    /// <summary>A passage's text for a prompt: visible, and without anything that reads as a fence, a chat mark or a citation mark.</summary>
    public static string ForPrompt(string text) => ForPrompt(text, []);

    /// <summary>The same, but that citation marks with these numbers stay: the program vouches for them.</summary>
    public static string ForPrompt(string text, IReadOnlyCollection<int> numbers)
    {
        var visible = Visible(text.Replace("\r\n", "\n", StringComparison.Ordinal));
        visible = Fence().Replace(visible, match => "‹" + match.Value[1..]);
        visible = visible.Replace("<|", "‹|", StringComparison.Ordinal).Replace("|>", "|›", StringComparison.Ordinal);
        return Mark().Replace(visible, mark => int.TryParse(mark.Groups[1].Value, CultureInfo.InvariantCulture, out var n) && numbers.Contains(n) ? $"[{n.ToString(CultureInfo.InvariantCulture)}]" : $"({mark.Groups[1].Value})");
    }

    /// <summary>A file name or heading for a prompt: one line, no quotes, at most 120 characters.</summary>
    public static string NameForPrompt(string name)
    {
        var line = Breaks().Replace(ForPrompt(name), " ").Replace('"', '\'').Replace('<', '‹').Replace('>', '›').Trim();
        return ShortText.Cut(line, MaxNameLength);
    }

    /// <summary>A numbered passage in its fence.</summary>
    public static string Fenced(int number, string documentName, string heading, int page, string text)
    {
        var under = heading.Length == 0 ? "" : $" heading=\"{NameForPrompt(heading)}\"";
        return string.Create(CultureInfo.InvariantCulture, $"<passage number=\"{number}\" document=\"{NameForPrompt(documentName)}\" page=\"{page}\"{under}>\n{ForPrompt(text)}\n</passage>");
    }

    /// <summary>What a tool gave, in its fence. Of the citation marks in it those stay that the tool vouches for.</summary>
    public static string ToolOutput(string tool, string text, IReadOnlyCollection<int> numbers, bool isError) =>
        $"<tool_output tool=\"{NameForPrompt(tool)}\"{(isError ? " error=\"true\"" : "")}>\n{ForPrompt(text, numbers)}\n</tool_output>";

    [GeneratedRegex(@"[<＜﹤]\s*[/／]?\s*(passage|think|system|user|assistant|tool|memory|instructions|rules|reasoning|example|notes|earlier|goal|done_when|result|so_far|last_plan)", RegexOptions.IgnoreCase)]
    private static partial Regex Fence();

    [GeneratedRegex(@"[\[【［]\s*(\d+(?:\s*[,，、-]\s*\d+)*)\s*[\]】］]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Breaks();
}
