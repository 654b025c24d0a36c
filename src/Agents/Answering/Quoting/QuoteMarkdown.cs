using System.Text;
using System.Text.RegularExpressions;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Answering.Quoting;

/// <summary>Writes a quote as Markdown that shows its words as they are: nothing in a document becomes a link, an image, markup or a citation mark.</summary>
internal static partial class QuoteMarkdown
{
    /// <summary>A block quote, or a table of the head and the row where the quote is one row; the mark stands at its end.</summary>
    public static string Of(string text, string? tableHead, int number)
    {
        var lines = UntrustedText.Visible(text).Replace('\r', '\n').Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 1 && tableHead is not null && Cells(UntrustedText.Visible(tableHead)) is var head && Cells(lines[0]) is var cells && head.Length == cells.Length)
            return $"{Row(head)}\n{Row([.. head.Select(_ => "---")])}\n{Row([.. cells[..^1], $"{cells[^1]} [{number}]"])}\n\n";
        StringBuilder quote = new();
        for (var i = 0; i < lines.Length; i++)
            quote.Append("> ").Append(Plain(lines[i])).Append(i + 1 < lines.Length ? "\n>\n" : $" [{number}]\n\n");
        return quote.ToString();
    }

    private static string[] Cells(string line)
    {
        var row = line.Trim().Trim('|');
        return [.. TableCells.Of(row, 0, row.Length).Select(cell => Plain(row[cell.From..cell.To].Trim()).Replace("|", "\\|", StringComparison.Ordinal))];
    }

    private static string Row(string[] cells) => $"| {string.Join(" | ", cells)} |";

    private static string Plain(string line) => LineStart().Replace(Special().Replace(line, @"\$0"), @"$1\$2");

    // The last two keep a bare address from becoming a link: a scheme's colon, and the point after www.
    [GeneratedRegex(@"[\\`*<>\[\]~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|!(?=\[)|&(?=#?\w+;)|(?<=(?<![\p{L}\p{N}])(?i:https?|ftp|mailto|tel)):|(?<=(?<![\p{L}\p{N}])(?i:www))\.")]
    private static partial Regex Special();

    [GeneratedRegex(@"^(\s*\d{0,9})([-+#=.)](?=\s)|#(?=#)|[-=]{2,})")]
    private static partial Regex LineStart();
}
