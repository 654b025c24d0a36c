namespace Platform.Retrieval.Reading;

/// <summary>A document as text with its structure. Untrusted text. Every span is [Start, End) in UTF-16 characters of <see cref="Text"/>.</summary>
/// <param name="Pages">At least one; formats without pages have one page, number 1 (sheets of a workbook are pages).</param>
/// <param name="Blocks">In reading order, not overlapping.</param>
public sealed record ParsedDocument(string MediaType, string? Title, string Text, IReadOnlyList<ParsedPage> Pages, IReadOnlyList<ParsedBlock> Blocks);

/// <summary>One page. Width and height in points, 0 when the format has none. Label is a sheet's name, or null.</summary>
public sealed record ParsedPage(int Number, int Start, int End, double Width, double Height, IReadOnlyList<WordBox> Words, string? Label = null);

/// <summary>Where a word stands on its page, as shares of the page's width and height (0 to 1, origin top left).</summary>
public sealed record WordBox(int Start, int End, float X, float Y, float Width, float Height);

public enum BlockKind { Paragraph, Heading, ListItem, TableRow, Code }

/// <summary>A block of text; Level is 1 to 6 for headings, the depth for list items, 1 for the row of a table that names its columns, else 0. Cells of a row are joined by " | ".</summary>
public sealed record ParsedBlock(BlockKind Kind, int Level, int Start, int End);
